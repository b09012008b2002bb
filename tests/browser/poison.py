"""A register, people, work and programs every text of which would be markup somewhere (WEB-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from tests.markup import PAYLOADS
from tests.people import ADMIN, a_person
from tests.regions.doors import decision_on, number_of
from tests.store.rows import record
from tests.web.register import NOW, a_contract, a_school, day
from tracker.clock import legal_day
from tracker.domain.acts import Act
from tracker.domain.asking import Channel, SchoolAnswer
from tracker.domain.decision_records import Signed, Tick
from tracker.domain.drafts import GivenName
from tracker.domain.enclosures import FileKind, NewFile
from tracker.domain.holds import Hold, HoldKind, Seen
from tracker.domain.leads import lead_named
from tracker.domain.messages import ChannelKind
from tracker.domain.people import TokenScope
from tracker.domain.register import RegisterKind, TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import (
    ConditionId,
    Consequence,
    DeadlineKind,
    Service,
    TenderEventKind,
    TenderStatus,
)
from tracker.services.understanding import folded_title
from tracker.store import (
    asks,
    case_changes,
    columns_said,
    deciding,
    enclosures,
    givens,
    holds,
    jobs,
    journal,
    own_leads,
    people,
    posted,
    references,
    tokens,
    versions,
    views,
    ways,
)
from tracker.store.decision_tables import DECISION, DECISION_EVENT
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING


def school_of(place: int) -> str:
    """The identifier of the school that bears a payload."""
    return f"9907600{place:05}"


def poison(engine: Engine) -> None:
    """Put the payloads into every field that keeps a text of somebody."""
    for place, text in enumerate(PAYLOADS):
        school = school_of(place)
        number = f"{place} {text}"
        record(
            engine,
            replace(
                a_school(school, "x", name_kk=text, name_ru=text, district=text, address=text),
                name=text,
                officer_email=text,
                extra=((text, text),),
            ),
            a_contract(number, school, "2026-01-01", "2026-12-31", supplier_name=text, extra=((text, text),)),
            a_contract(f"{number}-2", school, "2026-02-01", "2026-03-01", extends_contract_number=number),
            TenderRow(number, school, TenderStatus.ACTIVE, title=text, published_on=day("2026-12-14"),
                      repeats_tender_number=text),
            TenderEventRow(number, TenderEventKind.BIDS, day("2026-12-20"), note=text),
            at=NOW,
        )  # fmt: skip
    with transaction(engine) as session:
        for place, text in enumerate(PAYLOADS):
            person = people.add_person(
                session, email=f"{place}{text}", name=text, telephone=text, role=Role.OFFICER,
                reach=ADMIN.reach, at=NOW,
            )  # fmt: skip
            case_changes.give(session, school_of(place), person, by=person, at=NOW)
            detail = {"file": text, text: text, "reason": text, "address": text, "rows": place}
            counted = dict.fromkeys(("read", "new", "changed", "same", "rejected"), 1)
            for act in (Act.IMPORT, Act.REFUSED, Act.EXPORT):
                about = RegisterKind.SCHOOLS if act is Act.IMPORT else text
                journal.append(
                    session, at=NOW, actor=text, action=act, subject=about, detail={**detail, **counted}
                )


DECIDED = (0, 6, 19, 40)
"""The payloads that stand in a decision and its papers."""

POISONER = replace(a_person(Role.HEAD, "59", name="poisoner"), name=PAYLOADS[0])
"""Who works on cases and drafts."""


def poison_work(engine: Engine) -> tuple[int, ...]:
    """Put them also into what people write while they work; the numbers of the decisions."""
    person = number_of(engine, POISONER)
    with transaction(engine, seeing=EVERYTHING) as session:
        for place, text in enumerate(PAYLOADS):
            school, which = school_of(place), (DeadlineKind.COVER_END, f"{place} {text}")
            case_changes.add_note(session, school, person, text, is_pinned=True, mentioned=[person], at=NOW)
            case_changes.add_note(
                session, school, person, text, is_pinned=False, mentioned=[person], at=NOW,
                due_on=day("2027-01-22"), task_key=f"{place}",
            )  # fmt: skip
            views.keep(session, person, f"{place} {text}", f"q={text}", at=NOW)
            own_leads.give(session, which, [lead_named("30d")], reason=text, person=person, at=NOW)
            holds.add_hold(session, hold_of(school, person, text), at=NOW)
            holds.add_hold(session, hold_of(school, person, text, HoldKind.SNOOZED), at=NOW)
            secret, _ = asks.add_ask(session, school, Service.CHANNEL, actor=f"person:{person}", at=NOW)
            said = SchoolAnswer(Channel.YES, text, None, None, text, text)
            asks.take_answer(session, secret, said, at=NOW)
        poison_machines(session, person)
    return tuple(decide(engine, place, person) for place in DECIDED)


MAY_FAIL = (jobs.Job.EVALUATION, jobs.Job.REMINDERS, jobs.Job.CANARY, jobs.Job.UPKEEP, jobs.Job.ALARM)
"""What runs by itself and may end with an error."""


def poison_machines(session: Session, person: int) -> None:
    """Put them into what programs keep: titles of columns, reasons of recordings, reports, errors."""
    columns_said.say(
        session, EVERYTHING, RegisterKind.SCHOOLS, {folded_title(text): "note" for text in PAYLOADS}, at=NOW
    )
    for place, text in enumerate(PAYLOADS):
        at = references.next_moment(session, now=NOW)
        seq = versions.open_recording(session, at=at, actor=text, source=text, reason=text)
        posted.record(session, f"{place} {text}", day("2027-01-12"), seq)
    for job, text in zip(MAY_FAIL, PAYLOADS, strict=False):
        jobs.fail(session, job, began_at=NOW, ended_at=NOW, error=text)
    poison_account(session, person)


def poison_account(session: Session, person: int) -> None:
    """Put them into the names of somebody's tokens, and into what her mail server said."""
    for text in PAYLOADS:
        tokens.add_token(
            session, person, name=text, scope=TokenScope.READ, region=None, at=NOW, expires_at=LATER
        )
    way = ways.get(session, ways.add(session, person, ChannelKind.MAIL, PAYLOADS[0], at=NOW, confirmed=True))
    assert way is not None
    ways.failed(session, way, answer=PAYLOADS[0], at=NOW, for_good=True)


LATER = NOW + timedelta(days=30)


def hold_of(school: str, person: int, text: str, kind: HoldKind = HoldKind.ACKNOWLEDGED) -> Hold:
    """A hold on the end of a school's service, for a reason."""
    nothing = Seen(None, False, Consequence.SERVICE_LOST, None, False)
    identity, until = (school, Service.CHANNEL), day("2027-02-14")
    return Hold(
        kind, DeadlineKind.COVER_END, identity, person, legal_day(NOW), until, text,
        nothing, school,
    )  # fmt: skip


def decide(engine: Engine, place: int, person: int) -> int:
    """A draft with harm in its reasons, in a tick, in files, in what its papers state, in its number."""
    text, number = PAYLOADS[place], decision_on(engine, school_of(place), POISONER, PAYLOADS[place])
    tick = Tick(ConditionId.HEAD_DECISION, person, "", NOW, text, text)
    with transaction(engine, seeing=EVERYTHING) as session:
        deciding.tick(session, number, tick)
        givens.give(session, number, "", dict.fromkeys(GivenName, text), person_id=person, at=NOW)
        for condition in (ConditionId.HEAD_DECISION, ConditionId.SUPPLIER_REFUSED):
            enclosures.enclose(
                session, number, condition, NewFile(text, b"%PDF-1.7"),
                kind=FileKind.PDF, name=text, person_id=person, at=NOW,
            )  # fmt: skip
        session.execute(update(DECISION_EVENT).values(reason=text))
        signed = deciding.signed_columns(
            Signed(text, day("2027-01-15"), day("2027-01-15"), day("2027-02-14"))
        )
        said = update(DECISION).where(DECISION.c.number == number)
        session.execute(said.values(verdict_reason=text, **signed))
        deciding.number_lines(session, number, text)
    return number
