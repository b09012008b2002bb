"""However a file is spoilt: its rows add up, each rejection names its place, and twice is once (IMP-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.office import KINDS, Office, counts, csv_of
from tracker.clock import LEGAL_ZONE
from tracker.domain.errors import FileRefused
from tracker.domain.register import RegisterKind
from tracker.render.catalogs import load_catalogs
from tracker.render.formats import Formats
from tracker.render.sentences import Sentences
from tracker.services import importing
from tracker.services.importing import Preview
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING

EXAMPLES = 60

Lines = list[list[str]]
Spoil = Callable[[Random, Lines], Lines]

VOICES = [Sentences(words, Formats(words, LEGAL_ZONE)) for words in load_catalogs().values()]
JUNK = (
    "", " ", "-", "NA", "0", "нет", "31.02.2026", "2026-12-31", "12/31/2026", "2027-01-01", "9999-12-31", "1",
    "990740001234", "99074000001", "a;b", "active", "расторгнут", "?аза?", "Ќазаќ", "=1+1", "'x", "1,234",
    "-5", "1e12", "S-9", "channel;guard", "cctv", "interim", "\u0007", "ұзақ" * 2000, "2027-01-15T10:00",
)  # fmt: skip


def junk_in_a_cell(chance: Random, lines: Lines) -> Lines:
    row = chance.choice(lines)
    row[chance.randrange(len(row))] = chance.choice(JUNK)
    return lines


def a_row_again(chance: Random, lines: Lines) -> Lines:
    return [*lines, list(chance.choice(lines))]


def a_row_less(chance: Random, lines: Lines) -> Lines:
    return lines[:1] + [line for line in lines[1:] if chance.random() < 0.9]


def a_row_cut_short(chance: Random, lines: Lines) -> Lines:
    row = chance.choice(lines)
    del row[chance.randrange(1, len(row) + 1) :]
    return lines


def a_cell_too_many(chance: Random, lines: Lines) -> Lines:
    chance.choice(lines).append(chance.choice(JUNK))
    return lines


def two_cells_exchanged(chance: Random, lines: Lines) -> Lines:
    one, other = chance.choice(lines), chance.choice(lines)
    here, there = chance.randrange(len(one)), chance.randrange(len(other))
    one[here], other[there] = other[there], one[here]
    return lines


def a_column_less(chance: Random, lines: Lines) -> Lines:
    column = chance.randrange(len(lines[0]))
    return [line[:column] + line[column + 1 :] or [""] for line in lines]


def rows_in_disorder(chance: Random, lines: Lines) -> Lines:
    rest = lines[1:]
    chance.shuffle(rest)
    return [lines[0], *rest]


def an_empty_row(chance: Random, lines: Lines) -> Lines:
    place = chance.randrange(1, len(lines) + 1)
    return [*lines[:place], [""], *lines[place:]]


SPOILS: tuple[Spoil, ...] = (
    junk_in_a_cell, junk_in_a_cell, junk_in_a_cell, junk_in_a_cell, a_row_again, a_row_less, a_row_cut_short,
    a_cell_too_many, two_cells_exchanged, a_column_less, rows_in_disorder, an_empty_row,
)  # fmt: skip


def spoilt(data: bytes, chance: Random, times: int) -> bytes:
    """The file with so many things done to it."""
    lines = [line.split("|") for line in data.decode().replace("\r", "").split("\n")[:-1]]
    for _ in range(times):
        lines = chance.choice(SPOILS)(chance, lines)
    return "\n".join("|".join(line) for line in lines).replace("|", "\t").encode()


class Undone(Exception):
    """Ends a transaction without keeping anything."""


@contextmanager
def trial(office: Office) -> Iterator[Session]:
    """A transaction that leaves everything as it was."""
    try:
        with transaction(office.engine) as session:
            yield session
            raise Undone
    except Undone:
        return


def take_in(office: Office, session: Session, kind: RegisterKind, data: bytes) -> Preview:
    return importing.apply(
        session, EVERYTHING, kind, data, filename="file.csv", book=office.book, actor="a",
        now=office.now, today=office.today, skip_bad_rows=True, confirmed=True,
    )  # fmt: skip


def check_rejections(found: Preview, last_row: int) -> None:
    named = {issue.row for issue in found.issues}
    about_header = any(issue.code in ("missing_column", "duplicate_column") for issue in found.issues)
    assert about_header or len(named) == found.rejected
    for issue in (*found.issues, *found.notices):
        assert 1 <= issue.row <= last_row
        assert issue.column or issue.code in ("extra_cells", "other_kind", "short_rows")
        assert all(voice.issue(issue) for voice in VOICES)


def test_a_spoilt_file_adds_up_is_previewed_truly_and_twice_is_once(busy: Office) -> None:
    files = {kind: csv_of(kind, list(busy.rows(kind).values()), delimiter="|") for kind in KINDS}

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32), times=st.integers(1, 12))
    def holds(kind: RegisterKind, seed: int, times: int) -> None:
        data = spoilt(files[kind], Random(seed), times)
        try:
            seen = busy.preview(kind, data)
        except FileRefused:
            return  # of a table spoilt so far that it is none
        counts(seen)
        check_rejections(seen, last_row=len(data.split(b"\n")))
        with trial(busy) as session:
            first = take_in(busy, session, kind, data)
            again = take_in(busy, session, kind, data)
        assert first == replace(seen, written=seen.has_good_rows or not seen.issues)
        assert counts(again) == (0, 0, again.read - first.rejected, first.rejected)

    holds()
