"""Asking a school itself by a one-time link; its answer changes nothing until somebody accepts it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.asked import read_day
from tracker.domain.asking import Channel, SchoolAnswer, Settled
from tracker.domain.errors import AskRefused, ChangedMeanwhile, DayNotReadable, LinkDead, NotFound
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow
from tracker.domain.vocabulary import Service
from tracker.services import amending
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.services.importing import Preview
from tracker.store import asks, registry
from tracker.store.asks import Ask
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST = 200
"""Signs of a name, a number or a remark."""


def ask(session: Session, author: Author, scope: Scope, school_id: str, service: Service) -> tuple[str, int]:
    """The secret of a link for one answer, shown once, and its number; raises :class:`NotFound`."""
    school = registry.get_school(session, scope, school_id)
    if service not in school.services:
        raise NotFound(service=service)
    secret, number = asks.add_ask(session, school_id, service, actor=author.actor, at=author.now)
    author.note(session, Act.SCHOOL_ASKED, f"school:{school_id}", number=number, service=service)
    return secret, number


def asked(session: Session, author: Author, secret: str) -> tuple[Ask, SchoolRow, ContractRow | None]:
    """What a link asks, of which school, and its newest contract; raises :class:`LinkDead`.

    The session sees everything: the link is the whole key, and opens this one question.
    """
    found = asks.ask_of_link(session, secret, now=author.now)
    if found is None:
        raise LinkDead
    school = registry.get_school(session, EVERYTHING, found.school_id)
    lines = registry.contract_rows(session, EVERYTHING, school_id=found.school_id)
    own = (line for line in lines if line.service is found.service)
    return found, school, max(own, key=lambda line: (line.start_on, line.contract_number), default=None)


def read_answer(given: Mapping[str, str]) -> SchoolAnswer:
    """The answer of a form; raises :class:`AskRefused` with what is wrong in it."""
    if given.get("channel") not in tuple(Channel):
        raise AskRefused(reason="channel")
    texts = {name: given.get(name, "").strip() for name in ("contract_number", "supplier_name", "remark")}
    if any(len(text) > LONGEST or not is_storable(text) for text in texts.values()):
        raise AskRefused(reason="text", most=LONGEST)
    start, end = (_day(given.get(name, "")) for name in ("start_on", "end_on"))
    if (start and end and end < start) or (texts["contract_number"] and start is None):
        raise AskRefused(reason="days")
    return SchoolAnswer(Channel(given["channel"]), start_on=start, end_on=end, **texts)


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text.strip() else None
    except DayNotReadable as error:
        raise AskRefused(reason="days") from error


def answer(session: Session, author: Author, secret: str, said: SchoolAnswer) -> None:
    """Keep a school's answer as a proposal; raises :class:`LinkDead` also where it was just used."""
    found = asks.ask_of_link(session, secret, now=author.now)
    number = asks.take_answer(session, secret, said, at=author.now)
    if found is None or number is None:
        raise LinkDead
    author.note(session, Act.SCHOOL_ANSWERED, f"school:{found.school_id}", number=number)


def accept(
    session: Session, author: Author, scope: Scope, number: int, *, book: Book, today: date
) -> Preview | None:
    """Make a school's answer part of the register: its contract, or that all is still true.

    Returns the preview where its contract cannot be taken: nothing is settled then. Raises
    :class:`NotFound` and :class:`ChangedMeanwhile`.
    """
    waiting = _waiting(session, scope, number)
    said = waiting.answer
    assert said is not None
    if said.channel is Channel.YES and said.names_a_contract:
        found = _take_contract(session, author, scope, waiting, said, book=book, today=today)
        if not found.written:
            return found
    elif said.channel is Channel.YES:
        amending.confirm(session, author, scope, waiting.school_id, book=book, today=today)
    _settle(session, author, waiting, Settled.ACCEPTED)
    return None


def reject(session: Session, author: Author, scope: Scope, number: int) -> None:
    """Lay an answer aside; raises :class:`NotFound` and :class:`ChangedMeanwhile`."""
    _settle(session, author, _waiting(session, scope, number), Settled.REJECTED)


def _waiting(session: Session, scope: Scope, number: int) -> Ask:
    found = asks.get_ask(session, scope, number)
    if found is None or found.answer is None:
        raise NotFound(ask=number)
    if found.settled is not None:
        raise ChangedMeanwhile
    return found


def _settle(session: Session, author: Author, waiting: Ask, settled: Settled) -> None:
    if not asks.settle(session, waiting.number, settled, actor=author.actor, at=author.now):
        raise ChangedMeanwhile
    said = {"number": waiting.number, "settled": settled.value}
    author.note(session, Act.ANSWER_SETTLED, f"school:{waiting.school_id}", **said)


def _take_contract(
    session: Session,
    author: Author,
    scope: Scope,
    waiting: Ask,
    said: SchoolAnswer,
    *,
    book: Book,
    today: date,
) -> Preview:
    values = {
        "contract_number": said.contract_number,
        "school_id": waiting.school_id,
        "service": waiting.service.value,
        "start_on": said.start_on.isoformat() if said.start_on else "",
    }
    if said.end_on is not None:
        values["end_on"] = said.end_on.isoformat()
    if said.supplier_name:
        values["supplier_name"] = said.supplier_name
    data = amending.file_of(RegisterKind.CONTRACTS, values)
    return amending.write(
        session,
        author,
        scope,
        RegisterKind.CONTRACTS,
        data,
        reason=f"answer of the school, {waiting.number}",
        book=book,
        today=today,
    )
