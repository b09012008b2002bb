"""Taking a register file back just after it was taken in, while nothing rests on it (experience row 50)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import FileStays
from tracker.domain.origins import FILE_BACK, IMPORT
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind
from tracker.services.acting import Author
from tracker.services.evaluating import Book, evaluate
from tracker.store import assessments, references, taken_files, versions
from tracker.store.facts import keeping_all
from tracker.store.registry import Recording
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope
from tracker.store.taken_files import Wrote


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be taken back until a moment; ``seq`` is the number of its recording."""

    seq: int
    file: str
    kind: RegisterKind
    at: datetime
    until: datetime

    @classmethod
    def of(cls, recording: Recording, within: timedelta) -> Taken:
        """What a recording of a file says of it."""
        kind, at = RegisterKind(recording.reason.removeprefix(IMPORT)), recording.recorded_at
        return cls(recording.seq, recording.source, kind, at, at + within)


def last_files(
    session: Session, person: Person, *, now: datetime, today: date, book: Book
) -> tuple[Taken, ...]:
    """The files that the person took in within the time and did not take back, the newest first."""
    within = _within(book, today)
    found = taken_files.own_files(session, person.mark, since=now - within)
    return tuple(Taken.of(each, within) for each in found)


@keeping_all()
def take_back(
    session: Session, author: Author, scope: Scope, person: Person, seq: int, *, today: date, book: Book
) -> Taken:
    """Let every register say what it said before the file; what was known meanwhile stays known.

    Raises :class:`FileStays` where it is not hers, her time is over, it was taken back already, it touches
    what she does not see, a fact of it was changed since, or anything names what only it brought.
    """
    taken = _require_hers(session, author, person, seq, within=_within(book, today))
    with whole_country(session):  # whether anything rests on it elsewhere, and judging all that it touched
        written = taken_files.written_by(session, seq)
        _require_free(session, scope, written, seq)
        at = references.next_moment(session, now=author.now)
        back = versions.open_recording(
            session, at=at, actor=author.actor, source=taken.file, reason=f"{FILE_BACK}{seq}"
        )
        for wrote in written:
            taken_files.record_before(session, wrote, back)
        assessments.mark_due(session, taken_files.needs_of(session, written))
        evaluate(session, today=today, book=book)
    rows = [wrote for wrote in written if not wrote.is_part]
    author.note(
        session,
        Act.IMPORT_TAKEN_BACK,
        taken.kind,
        file=taken.file,
        removed=sum(len(wrote.new) for wrote in rows),
        restored=sum(len(wrote.ended) for wrote in rows),
        recording=seq,
    )
    return taken


def _within(book: Book, today: date) -> timedelta:
    return timedelta(minutes=book.policy.on(today).undo_minutes)


def _require_hers(session: Session, author: Author, person: Person, seq: int, *, within: timedelta) -> Taken:
    found = taken_files.file_of(session, seq)
    if found is None or found.actor != person.mark:
        raise FileStays(reason="other")
    taken = Taken.of(found, within)
    if taken_files.taken_back(session, [seq]):
        raise FileStays(reason="again", file=taken.file)
    if author.now > taken.until:
        raise FileStays(reason="over", file=taken.file)
    return taken


def _require_free(session: Session, scope: Scope, written: tuple[Wrote, ...], seq: int) -> None:
    if not taken_files.is_within(session, scope, written, seq):
        raise FileStays(reason="region")
    if not all(taken_files.still_stands(session, wrote, seq) for wrote in written):
        raise FileStays(reason="changed")
    if taken_files.is_named_since(session, written, seq):
        raise FileStays(reason="named")
