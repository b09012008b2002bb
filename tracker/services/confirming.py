"""Confirming the conditions of a draft: each with a note, where its paper is, or the paper itself.

Whoever confirms has a hand in the decision and leaves its approval to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from tracker.domain.decision_records import DecisionRecord, Tick
from tracker.domain.decisions import Agreed, Deed
from tracker.domain.enclosures import (
    LARGEST_ENCLOSURE,
    MOST_ENCLOSURES,
    FileKind,
    NewFile,
    kept_name,
)
from tracker.domain.errors import DecisionRefused, NotFound
from tracker.domain.people import Person
from tracker.domain.vocabulary import ConditionId
from tracker.feeds.enclosed import kind_of
from tracker.services.acting import Author
from tracker.services.deciding import LONGEST_NOTE, move_on, ready_for, said_by
from tracker.store import deciding, enclosures
from tracker.store.deciding import NOTHING
from tracker.store.scope import is_storable

NO_FILES: Mapping[ConditionId, NewFile] = MappingProxyType({})

MIB = 2**20


def confirm(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    confirmed: Mapping[ConditionId, tuple[str, str]],
    *,
    revision: int,
    files: Mapping[ConditionId, NewFile] = NO_FILES,
) -> None:
    """Let just these conditions count as confirmed, each with a note, where its paper is, and ``files``.

    What was confirmed before in the same words keeps its day and its person; whoever encloses a file
    confirms anew, and only what is confirmed has files. Raises as :func:`.deciding.decide` does, and
    :class:`DecisionRefused` where a file may not be enclosed.
    """
    found = ready_for(session, person, number, Deed.TICK, revision=revision)
    if not files.keys() <= confirmed.keys() <= {one.id for one in found.asked}:
        raise DecisionRefused(reason="condition")
    before = {one.condition: (one.note, one.attachment) for one in found.ticks}
    said = {
        condition: tuple(said_by(text, needed=False, most=LONGEST_NOTE) for text in texts)
        for condition, texts in confirmed.items()
    }
    gone = [condition for condition in before if condition not in said]
    new = [one for one, texts in said.items() if before.get(one) != texts or one in files]
    for condition in gone:
        deciding.untick(session, number, condition)
    for condition in new:
        deciding.tick(session, number, Tick(condition, person.id, person.name, author.now, *said[condition]))
    _enclose(session, author, person, number, files)
    if gone or new:
        reason = ", ".join([*new, *(f"-{one}" for one in gone)])
        told: dict[str, object] = {"conditions": new, "lifted": gone}
        if files:
            told["enclosed_sha256"] = [file.sha256 for file in files.values()]
        more = _answer(found, said.keys())
        move_on(session, author, person, found, Deed.TICK, reason, more=more, told=told)


def _enclose(
    session: Session, author: Author, person: Person, number: int, files: Mapping[ConditionId, NewFile]
) -> None:
    """Keep the files, all or none of them."""
    if files and enclosures.count_enclosures(session, number) + len(files) > MOST_ENCLOSURES:
        raise DecisionRefused(reason="file_many", most=MOST_ENCLOSURES)
    for condition, file in files.items():
        enclosures.enclose(
            session, number, condition, file,
            kind=checked(file), name=kept_name(file.name), person_id=person.id, at=author.now,
        )  # fmt: skip


def checked(file: NewFile) -> FileKind:
    """What a file is; raises :class:`DecisionRefused` where it may not be enclosed."""
    if len(file.data) > LARGEST_ENCLOSURE:
        raise DecisionRefused(reason="file_large", most=LARGEST_ENCLOSURE // MIB)
    kind = kind_of(file.data)
    if kind is None or not is_storable(kept_name(file.name)):
        raise DecisionRefused(reason="file_kind")
    return kind


def take_back(
    session: Session, author: Author, person: Person, number: int, enclosure: int, *, revision: int
) -> None:
    """Let a file of a draft count no more; it stays, with who took it back.

    Raises :class:`NotFound` for none, and as :func:`confirm` does.
    """
    found = ready_for(session, person, number, Deed.TICK, revision=revision)
    digest = enclosures.take_back(session, number, enclosure, person_id=person.id, at=author.now)
    if digest is None:
        raise NotFound(enclosure=enclosure)
    told = {"taken_back_sha256": digest}
    move_on(session, author, person, found, Deed.TICK, "", told=told)


def _answer(found: DecisionRecord, said: Collection[ConditionId]) -> Mapping[str, object]:
    """The answer to the one question, where the confirmed conditions change it."""
    consent = ConditionId.SUPPLIER_CONSENT
    if consent not in {one.id for one in found.asked}:
        return NOTHING
    before = Agreed.UNSAID if found.agreed is Agreed.YES else found.agreed
    agreed = Agreed.YES if consent in said else before
    return NOTHING if agreed is found.agreed else {"agreed": agreed}
