"""From a draft to the signed contract: two pairs of eyes, each move by the table, nothing written over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import Engine

from tests.deciding.office import BOOK, REASON, TODAY, Office
from tests.web.register import FAILED, INTERIM, NOW, STALLED, SUSPENDED, USED_UP, fill
from tracker.domain.deadlines import deadlines_of
from tracker.domain.decision_records import GuardKind
from tracker.domain.decisions import Agreed, Block, DecisionStatus, Deed
from tracker.domain.errors import DecisionRefused, DecisionStale, NotAllowed, NotFound
from tracker.domain.vocabulary import (
    ContractKind,
    DeadlineKind,
    FlagKind,
    RouteId,
    Service,
    State,
)
from tracker.services import contracting, deciding, evaluating, pricing, undoing
from tracker.services.contracting import Paper
from tracker.services.deciding import Wanted
from tracker.store import facts, journal, registry
from tracker.store.engine import reading, transaction
from tracker.store.flags import open_flags
from tracker.store.scope import EVERYTHING, Scope

BIN = "941240000193"
SIGNED = Paper(
    "К-2-1", date(2027, 1, 15), date(2027, 1, 15), date(2027, 3, 14), (Decimal("80000"),), "ТОО «Екі»", BIN
)  # fmt: skip


def record(office: Office, number: int, paper: Paper = SIGNED, name: str = "aigul") -> None:
    person = office.person(name)
    with transaction(office.engine, seeing=Scope.of_person(person)) as session:
        contracting.record(
            session, office.author(name), person, number, paper,
            revision=office.found(number).revision, today=TODAY, book=BOOK,
        )  # fmt: skip


def refused_for(reason: str) -> pytest.RaisesExc[DecisionRefused]:
    return pytest.raises(DecisionRefused, match=f"reason={reason}")


def without_service(office: Office) -> set[str]:
    """Schools that are without service today."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        found = open_flags(session, EVERYTHING)
    return {each.school_id for each in found if each.kind is FlagKind.NO_SERVICE}


def test_from_a_draft_to_the_signed_contract_the_flag_closes_on_the_same_day(office: Office) -> None:
    draft = office.drafted("aigul", STALLED)
    assert (draft.status, draft.start_on, draft.end_on) == ("proposed", TODAY, date(2027, 3, 14))
    assert draft.frozen.policy == BOOK.policy.fingerprint
    assert {route.id for route in draft.frozen.routes} == {route.id for route in BOOK.policy.on(TODAY).routes}
    office.decide("asel", draft.number, Deed.APPROVE)
    assert STALLED in without_service(office)
    record(office, draft.number)
    assert STALLED not in without_service(office)
    with reading(office.engine, seeing=EVERYTHING) as session:
        shot = evaluating.snapshot(session, EVERYTHING, on=TODAY, known=None, book=BOOK)
        state = {need.school.school_id: need.assessment.state for need in shot.needs}
        (line,) = registry.contract_rows(session, EVERYTHING, number=SIGNED.number)
        said = [entry.details["deed"] for entry in journal.entries(session, action="decision")]
    assert state[STALLED] is State.INTERIM
    assert (line.kind, line.amount) == (ContractKind.INTERIM, Decimal("80000"))
    assert said[:2] == ["record", "approve"]
    assert reports(office) == [date(2027, 1, 22)]  # five working days
    found = office.found(draft.number)
    assert (found.status, found.lines[0].signed_number) == (DecisionStatus.RECORDED, SIGNED.number)
    office.decide("aigul", draft.number, Deed.CLOSE)
    assert office.found(draft.number).status is DecisionStatus.CLOSED


def reports(office: Office, known_seq: int | None = None) -> list[date | None]:
    """When reports of the school are due, by what is known or was known right after a recording."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        bench = evaluating.bench(session, BOOK, on=TODAY)
        (need,) = facts.load_facts(
            session, EVERYTHING, known_seq=known_seq, needs=[(STALLED, Service.CHANNEL)]
        )
    dues = deadlines_of(need, TODAY, policy=bench.policy, calendar=bench.calendar, history=bench.history)
    return [due.due_on for due in dues if due.kind is DeadlineKind.REPORT]


def test_closing_a_decision_ends_the_deadline_of_its_report_until_that_is_undone(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    record(office, number)
    with reading(office.engine) as session:
        before = registry.data_version(session)
    office.decide("aigul", number, Deed.CLOSE)
    assert reports(office) == []
    assert reports(office, before) == [date(2027, 1, 22)]  # as it was known then
    with transaction(office.engine, seeing=EVERYTHING) as session:
        assert registry.data_version(session) > before  # so that reminders look again
    office.undo("aigul", number)
    assert reports(office) == [date(2027, 1, 22)]


def test_whoever_drafts_may_not_approve_return_or_reject(office: Office) -> None:
    draft = office.drafted("asel", STALLED)
    for deed in (Deed.APPROVE, Deed.RETURN, Deed.REJECT):
        with refused_for("own"):
            office.decide("asel", draft.number, deed)
        with pytest.raises(NotAllowed):
            office.decide("aigul", draft.number, deed)
    office.decide("bolat", draft.number, Deed.APPROVE)


def test_nothing_is_approved_while_a_condition_waits_for_a_person(office: Office) -> None:
    (row,) = office.draft("aigul", STALLED)
    assert row.number is not None
    with refused_for("missing"):
        office.decide("asel", row.number, Deed.APPROVE)


def test_a_move_that_the_table_does_not_know_is_refused_with_those_that_it_does(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.REJECT)
    with pytest.raises(DecisionRefused) as refused:
        office.decide("bolat", number, Deed.APPROVE)
    assert refused.value.details["allowed"] == ()
    assert office.draft("aigul", STALLED)[0].number == number + 1


def test_a_reason_is_asked_for(office: Office) -> None:
    draft = office.drafted("aigul", STALLED)
    person = office.person("asel")
    for reason in ("", "  ", "x" * 1001, "\0"):
        with refused_for("reason"), transaction(office.engine, seeing=EVERYTHING) as session:
            deciding.decide(
                session, office.author("asel"), person, draft.number, Deed.REJECT,
                revision=draft.revision, reason=reason,
            )  # fmt: skip


def test_a_need_has_one_open_decision_and_what_is_impossible_says_why(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    came = office.draft("asel", STALLED, USED_UP, SUSPENDED, "nobody")
    codes = {row.key[0]: row.code for row in came if row.key}
    assert codes == {
        STALLED: Block.STANDS,
        USED_UP: Block.CAP_USED_UP,
        SUSPENDED: Block.UNKNOWN,
        "nobody": Block.UNKNOWN,
    }
    office.decide("aigul", number, Deed.WITHDRAW)
    assert office.draft("asel", STALLED)[0].number is not None


def test_a_second_bridge_and_a_failed_purchase_are_warned_of_and_ask_for_a_reason(office: Office) -> None:
    silent = office.draft("aigul", INTERIM, FAILED, wanted=Wanted())
    assert {row.code for row in silent} <= {Block.NEEDS_REASON, Block.NOT_NEEDED, Block.NO_ROUTE}
    number = office.draft("aigul", FAILED)[0].number
    assert number is not None
    kinds = {finding.kind for finding in office.found(number).frozen.guard}
    assert GuardKind.NO_LIVE_TENDER in kinds
    assert office.found(number).reason == REASON


def test_the_answer_to_one_question_chooses_the_path(office: Office) -> None:
    refused = office.drafted("aigul", STALLED, Agreed.NO)
    assert refused.route in (RouteId.SINGLE_SOURCE, RouteId.SMALL_VALUE)
    assert refused.agreed is Agreed.NO


def test_a_price_that_jumps_asks_for_a_word_of_its_own_and_whoever_sets_it_has_drafted(
    office: Office,
) -> None:
    draft = office.drafted("aigul", STALLED)
    assert draft.lines[0].price == Decimal(77000)  # two of the twelve months of 462,000 tenge
    with refused_for("jump"):
        price(office, draft.number, 200000, "")
    price(office, draft.number, 200000, "басқа баға жоқ")
    found = office.found(draft.number)
    assert GuardKind.PRICE_JUMP in {finding.kind for finding in found.frozen.guard}
    assert found.reason == f"{REASON}; басқа баға жоқ", "why it was drafted is not written over"
    assert found.last_event.reason == "200000: басқа баға жоқ"
    price(office, draft.number, 77000, "")
    assert office.found(draft.number).reason == REASON, "what is asked no more explains nothing"
    with refused_for("own"):
        office.decide("asel", draft.number, Deed.APPROVE)
    office.decide("bolat", draft.number, Deed.APPROVE)


def price(office: Office, number: int, asked: int, why: str) -> None:
    """A reviewer sets another price."""
    author, person, revision = office.author("asel"), office.person("asel"), office.found(number).revision
    with transaction(office.engine, seeing=EVERYTHING) as session:
        pricing.set_prices(
            session, author, person, number, (Decimal(asked),), revision=revision, reason=why, book=BOOK
        )


def test_others_of_another_region_find_nothing(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    for asked in (number, 999, 0, -1, 2**40):
        with pytest.raises(NotFound):
            office.decide("dana", asked, Deed.APPROVE, revision=1)


def test_the_last_deed_is_undone_for_ten_minutes_and_only_by_whoever_did_it(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    person = office.person("asel")
    with refused_for("undo"):
        office.undo("asel", number, late=timedelta(minutes=11))
    office.undo("asel", number)
    found = office.found(number)
    assert (found.status, found.decided_by, found.verdict_reason) == (DecisionStatus.PROPOSED, None, "")
    office.decide("asel", number, Deed.APPROVE)
    decided = office.found(number).decided_by
    office.decide("bolat", number, Deed.RETURN)
    office.undo("bolat", number)
    found = office.found(number)
    assert (found.status, found.decided_by, found.decider) == (DecisionStatus.APPROVED, decided, person.name)
    assert (found.decided_at, found.verdict_reason) == (NOW, REASON)
    record(office, number)
    with refused_for("undo"):
        office.undo("asel", number)


def test_a_rejection_is_not_undone_where_another_decision_stands_by_now(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.REJECT)
    person = office.person("asel")
    with reading(office.engine, seeing=EVERYTHING) as session:
        last = undoing.last_deed(session, person, number, now=NOW, today=TODAY, book=BOOK)
    assert last is not None
    assert last.numbers == (number,)
    office.drafted("aigul", STALLED)
    with reading(office.engine, seeing=EVERYTHING) as session:
        assert undoing.last_deeds(session, person, now=NOW, today=TODAY, book=BOOK) == ()
    with refused_for("superseded, number=2"):
        office.undo("asel", number)
    assert office.found(number).status is DecisionStatus.REJECTED


def test_of_two_who_decide_at_once_one_is_in_time_and_the_other_is_told(engine: Engine) -> None:
    fill(engine)
    office = Office(engine)
    draft = office.drafted("aigul", STALLED)
    for name in ("asel", "bolat"):
        office.person(name)
    together = Barrier(2)

    def decide(name: str, deed: Deed) -> str:
        together.wait(60)
        try:
            office.decide(name, draft.number, deed, revision=draft.revision)
        except DecisionStale:
            return "stale"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        came = [
            pool.submit(decide, "asel", Deed.APPROVE),
            pool.submit(decide, "bolat", Deed.REJECT),
        ]
    assert sorted(each.result() for each in came) == ["done", "stale"]
    found = office.found(draft.number)
    assert found.revision == draft.revision + 1
    assert found.last_event.deed in (Deed.APPROVE, Deed.REJECT)
