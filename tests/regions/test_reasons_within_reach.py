"""Decision 54: a stage of a tender is held for all its regions, and why it is held is told in one alone."""

from __future__ import annotations

import json
import re
from datetime import date

from sqlalchemy import Engine, select, update

from tests.people import ADMIN, a_person
from tests.regions.country import SCHOOL_A, SCHOOL_B, TENDER_A, A, B, settle
from tests.regions.test_calendars_within_reach import subscribed
from tests.web.conftest import Visit, visit
from tests.web.reading import text_of
from tests.web.register import NOW, day
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, Service, Stage, TenderStatus
from tracker.render.catalogs import load_catalogs
from tracker.services import reminding
from tracker.services.evaluating import Book
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import DIGEST, HOLD, MESSAGE
from tracker.store.scope import EVERYTHING

__all__ = ["visit"]

SAY = load_catalogs()[Language.RU].say
REASON = "CANARY-reason: Бекова болеет"
HEAD_A, HEAD_B, OTHER_B = (
    a_person(Role.HEAD, region, name=name) for region, name in ((A, "head-a"), (B, "head-b"), (B, "other-b"))
)
BOTH = a_person(Role.REVIEWER, A, B, name="both")
LAST = date(2027, 2, 14)


def hold(engine: Engine, visit: Visit, person: Person, school_id: str) -> None:
    """Take up the stage of the tender that is for schools of both regions, on the line of one of them."""
    tender = TenderRow(
        TENDER_A, SCHOOL_B, TenderStatus.ACTIVE, published_on=day("2026-12-14"), stage=Stage.EVALUATION,
        stage_entered_on=day("2026-12-25"),
    )  # fmt: skip
    settle(engine, tender, source="both", hours=2)
    client = visit(engine, Language.RU, person=person)
    found = re.search(rf"name=\"identity\" value='(\[\"{TENDER_A}[^']*)'", client.get("/deadlines").text)
    assert found is not None
    asked = {"school_id": school_id, "service": Service.CHANNEL.value, "kind": "stage_due"}
    given = {"identity": found[1], "hold": "acknowledged", "reason": REASON}
    assert client.post("/deadlines/hold", data={**asked, **given}).status_code == 200


def page(engine: Engine, visit: Visit, person: Person) -> str:
    """My deadlines, as a person reads them."""
    return text_of(visit(engine, Language.RU, person=person).get("/deadlines?later=1").text)


def test_why_a_deadline_is_held_is_told_to_those_who_see_the_school_it_was_said_of(
    country: Engine, visit: Visit
) -> None:
    hold(country, visit, HEAD_B, SCHOOL_B)
    why = SAY("hold.is.acknowledged", until=f"{LAST:%d.%m.%Y}", reason=REASON)
    for person in (HEAD_B, OTHER_B, BOTH, ADMIN):
        assert why in page(country, visit, person), person.name
    seen = page(country, visit, HEAD_A)
    assert SAY("hold.stands.acknowledged", until=f"{LAST:%d.%m.%Y}", role=SAY("role.head")) in seen
    assert "CANARY" not in seen


def test_an_author_reads_her_own_reason_also_where_she_sees_that_school_no_more(
    country: Engine, visit: Visit
) -> None:
    hold(country, visit, BOTH, SCHOOL_B)
    with transaction(country, seeing=EVERYTHING) as session:
        session.execute(update(HOLD).values(put_on_school=None))
    assert REASON in page(country, visit, BOTH)
    assert REASON not in page(country, visit, HEAD_A)
    assert REASON not in page(country, visit, HEAD_B)


def test_no_page_answer_calendar_or_letter_of_another_region_says_why(country: Engine, visit: Visit) -> None:
    hold(country, visit, HEAD_B, SCHOOL_B)
    client = visit(country, Language.RU, person=HEAD_A)
    calendar = subscribed(country, HEAD_A)
    paths = (
        "/deadlines?later=1", f"/schools/{SCHOOL_A}", "/queue", "/reminders", "/reminders/agreement",
        "/api/v1/deadlines", f"/api/v1/schools/{SCHOOL_A}", calendar,
    )  # fmt: skip
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "CANARY" not in answer.text, path
    reminding.owe(country, now=NOW, book=Book.load(), by=frozenset(ChannelKind))
    with reading(country) as session:
        told = [*session.scalars(select(DIGEST.c.body)), *session.scalars(select(MESSAGE.c.parameters))]
    assert told
    assert not [each for each in told if "CANARY-reason" in each or "Бекова" in str(json.loads(each))]
