"""Asking a school itself by a one-time link; its answer changes nothing until somebody accepts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.asked import read_day
from tracker.domain.asking import (
    CONFIRMING,
    NOTED,
    Channel,
    Effect,
    SchoolAnswer,
    Settled,
    asked_about,
)
from tracker.domain.errors import AskRefused, ChangedMeanwhile, DayNotReadable, LinkDead, NotFound
from tracker.domain.origins import ANSWER
from tracker.domain.people import Person
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Service
from tracker.services import amending, working
from tracker.services.acting import Author
from tracker.services.comparing import RowChange
from tracker.services.evaluating import Book
from tracker.services.heralding import Post, herald
from tracker.services.importing import Preview
from tracker.services.weighing import weigh
from tracker.store import accounts, asks, registry
from tracker.store.asks import Ask
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST = 200
"""Signs of a name, a number or a remark."""

OF_CONTRACT = ("contract_number", "start_on", "end_on", "supplier_name")
"""What a school is asked of its contract."""


def ask(session: Session, author: Author, scope: Scope, school_id: str, service: Service) -> tuple[str, int]:
    """The secret of a link for one answer, shown once, and its number; raises :class:`NotFound`."""
    school = registry.get_school(session, scope, school_id)
    if service not in school.services:
        raise NotFound(service=service)
    secret, number = asks.add_ask(session, school_id, service, actor=author.actor, at=author.now)
    author.note(session, Act.SCHOOL_ASKED, f"school:{school_id}", number=number, service=service)
    return secret, number


def asked(session: Session, author: Author, secret: str) -> tuple[Ask, SchoolRow, ContractRow | None]:
    """What a link asks, of which school, and its contract; raises :class:`LinkDead`.

    The session sees everything: the link is the whole key, and opens this one question.
    """
    found = _living(session, author, secret)
    school = registry.get_school(session, EVERYTHING, found.school_id)
    return found, school, _asked_about(session, found)


def _asked_about(session: Session, found: Ask) -> ContractRow | None:
    lines = registry.contract_rows(session, EVERYTHING, school_id=found.school_id)
    return asked_about(line for line in lines if line.service is found.service)


def _living(session: Session, author: Author, secret: str) -> Ask:
    """What a link asks; raises :class:`LinkDead` also where its maker may not ask that school now."""
    found = asks.ask_of_link(session, secret, now=author.now)
    if found is None or not _may_ask(session, found):
        raise LinkDead(reason="answered" if asks.is_answered(session, secret) else "ended")
    return found


def _may_ask(session: Session, found: Ask) -> bool:
    kind, _, number = found.asked_by.partition(":")
    if kind != "person" or not number.isdecimal():
        return True
    known = accounts.account_of(session, int(number))
    if known is None or known.disabled_at or known.erased_at or not known.person.may(Action.IMPORT):
        return False
    return asks.get_ask(session, Scope.of_person(known.person), found.number) is not None


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
    number, supplier, remark = texts.values()
    filled = given.get("filled", "").split()
    emptied = tuple(name for name in OF_CONTRACT if name in filled and not given.get(name, "").strip())
    return SchoolAnswer(Channel(given["channel"]), number, start, end, supplier, remark, emptied)


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text.strip() else None
    except DayNotReadable as error:
        raise AskRefused(reason="days") from error


def answer(session: Session, author: Author, secret: str, said: SchoolAnswer, post: Post) -> None:
    """Keep a school's answer as a proposal, and owe word of it to whoever asked.

    Raises :class:`LinkDead` also where it was just used.
    """
    found = _living(session, author, secret)
    line = _asked_about(session, found)
    if line is None or said.contract_number not in ("", line.contract_number):
        said = replace(said, emptied=())  # they were of another contract
    number = asks.take_answer(session, secret, said, at=author.now)
    if number is None:
        raise LinkDead(reason="answered")
    herald(session, found, post, now=author.now)
    author.note(session, Act.SCHOOL_ANSWERED, f"school:{found.school_id}", number=number)


def accept(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    *,
    seen: str,
    told: Callable[[Ask], str],
    book: Book,
    today: date,
) -> Preview | None:
    """Act on a school's answer: its contract is taken and what is known confirmed, or a note tells of it.

    Facts are confirmed where the answer says nothing else (:func:`.asking.effect_of`). What makes up no fact
    becomes a pinned note of ``person``, in the words of ``told``. ``seen`` is what she was shown of the
    register (:class:`.weighing.Weighed`). Returns the preview where its contract cannot be taken: nothing is
    settled then. Raises :class:`NotFound`, :class:`AskRefused` and :class:`ChangedMeanwhile`.
    """
    scope = Scope.of_person(person)
    waiting = _waiting(session, scope, number)
    weighed = weigh(session, scope, [waiting], book=book, on=today)[number]
    if weighed.seen != seen:
        raise ChangedMeanwhile
    if weighed.effect in (Effect.STOPPED, Effect.UNJUDGED):
        raise AskRefused(reason=weighed.effect)
    if weighed.effect in NOTED:
        working.write_note(session, author, person, waiting.school_id, told(waiting), is_pinned=True)
    if weighed.change is not None:
        found = _take_contract(session, author, scope, waiting, weighed.change, book=book, today=today)
        if found.issues:
            return found
    if weighed.effect in CONFIRMING:
        amending.confirm(session, author, scope, waiting.school_id, book=book, today=today)
    _settle(session, author, waiting, Settled.ACCEPTED)
    return None


def reject(session: Session, author: Author, scope: Scope, number: int) -> None:
    """Lay an answer aside; raises :class:`NotFound` and :class:`ChangedMeanwhile`."""
    _settle(session, author, _waiting(session, scope, number), Settled.REJECTED)


def take_back(session: Session, author: Author, scope: Scope, number: int) -> None:
    """End an open link; raises :class:`NotFound`, and :class:`ChangedMeanwhile` where it is over."""
    found = asks.get_ask(session, scope, number)
    if found is None:
        raise NotFound(ask=number)
    if not asks.take_back(session, number, at=author.now):
        raise ChangedMeanwhile
    author.note(session, Act.ASK_TAKEN_BACK, f"school:{found.school_id}", number=number)


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
    change: RowChange,
    *,
    book: Book,
    today: date,
) -> Preview:
    line = amending.values_of(change.after)
    values = {name: line[name] for name in (*amending.KEYS[RegisterKind.CONTRACTS], *OF_CONTRACT)}
    data = amending.file_of(RegisterKind.CONTRACTS, values)
    return amending.write(
        session,
        author,
        scope,
        RegisterKind.CONTRACTS,
        data,
        reason=f"{ANSWER}{waiting.number}",
        book=book,
        today=today,
    )
