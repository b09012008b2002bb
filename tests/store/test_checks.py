"""What no program may put into the register, the databases refuse by themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError

from tests.store.rows import day, record
from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import TenderEventKind, TenderStatus
from tracker.store.engine import transaction
from tracker.store.tables import ASSESSMENT, FLAG, NEED

GOOD = (
    SchoolRow("S-1", "Мектеп", bin="990740001234", region="59", needed_from=day("2026-01-01")),
    ContractRow("C-1", "S-1", day("2026-01-01"), end_on=day("2026-12-31")),
    TenderRow("T-1", "S-1", TenderStatus.ACTIVE),
    TenderEventRow("T-1", TenderEventKind.BIDS, day("2026-10-01")),
)
REFUSED = [
    ("contract_line", "end_on = '2025-12-31'"),
    ("contract_line", "kind = 'gift'"),
    ("contract_line", "status = 'signed'"),
    ("contract_line", "service = 'radio'"),
    ("contract_line", "method = 'lottery'"),
    ("contract_line", "start_on = NULL"),
    ("contract_line", "superseded_seq = recorded_seq"),
    ("contract_line", "recorded_seq = 99"),
    ("contract_line", "superseded_seq = 99"),
    ("tender_line", "status = 'won'"),
    ("tender_line", "method = 'lottery'"),
    ("tender_line", "stage = 'asleep'"),
    ("tender_event", "event = 'party'"),
    ("tender_event", "on_day = NULL"),
    ("school", "bin = '123'"),
    ("school", "region = 'north'"),
    ("school", "name = NULL"),
    ("need", "needed_until = '2025-12-31'"),
    ("need", "service = 'radio'"),
]


def is_refused(engine: Engine, statement: str) -> bool:
    """Whether the database refuses; if it does not, the change stays."""
    try:
        with transaction(engine) as session:
            session.execute(text(statement))
    except IntegrityError:
        return True
    return False


def test_an_impossible_value_is_refused(engine: Engine) -> None:
    record(engine, *GOOD)
    for table, change in REFUSED:
        assert is_refused(engine, f"UPDATE {table} SET {change}"), f"{table} took {change}"


def test_a_natural_key_has_one_present_row(engine: Engine) -> None:
    record(engine, *GOOD)
    record(engine, *GOOD)
    for table in ("school", "need", "contract_line", "tender_line", "tender_event"):
        assert is_refused(engine, f"UPDATE {table} SET superseded_seq = NULL"), f"{table} took two"


NEED_KEY = {"school_id": "S-1", "service": "channel"}
ASSESSED = {
    **NEED_KEY, "state": "covered", "flags": "", "next_change_on": day("2026-12-01"),
    "assessed_on": day("2026-11-22"), "basis": "", "digest": "",
}  # fmt: skip
FLAGGED = {**NEED_KEY, "kind": "stale", "opened_on": day("2026-11-22")}


def test_days_out_of_order_are_refused(engine: Engine) -> None:
    gap = {**ASSESSED, "gap_first": day("2026-12-02"), "gap_last": day("2026-12-01")}
    flag = {**FLAGGED, "closed_on": day("2026-11-21")}
    for table, row in ((ASSESSMENT, gap), (FLAG, flag)):
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.execute(insert(table), row)


def test_one_need_has_one_assessment_and_one_open_flag_of_a_kind(engine: Engine) -> None:
    for table, row in ((ASSESSMENT, ASSESSED), (FLAG, FLAGGED)):
        with transaction(engine) as session:
            session.execute(insert(table), row)
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.execute(insert(table), row)


def test_a_word_that_is_not_in_its_list_never_leaves_the_program(engine: Engine) -> None:
    with pytest.raises(Exception, match="radio"), transaction(engine) as session:
        session.execute(insert(NEED), {"school_id": "S", "service": "radio", "recorded_seq": 1})
