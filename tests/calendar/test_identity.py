"""CHN-23: an entry is the same one for ever; what changes raises its SEQUENCE, what is gone is cancelled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.accounts.conftest import Place
from tests.calendar.conftest import Subscribe, Subscribed
from tests.calendar.strict import Component
from tests.calendar.watch import watch
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, STALLED, a_contract, a_school, day, small_country
from tracker.domain.register import TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Language, TenderEventKind, TenderStatus
from tracker.render.calendar import uid
from tracker.store import accounts, people
from tracker.store.engine import transaction

END = uid(DeadlineKind.COVER_END, (ENDING, "channel"))
STAGE = uid(DeadlineKind.STAGE, ("T-2", "evaluation"))


@pytest.fixture
def calendar(place: Place, subscribe: Subscribe) -> Subscribed:
    """The calendar of somebody who sees the whole country."""
    return subscribe(place.add(Role.MINISTRY))


def told(event: Component) -> tuple[str, int, str]:
    """The day of an entry, its number and whether it still stands."""
    return event["DTSTART"], int(event["SEQUENCE"]), event["STATUS"]


def test_a_name_is_the_same_in_every_version_of_the_program() -> None:
    assert uid(DeadlineKind.COVER_END, ("990740000010", "channel")) == "ad971452-48f0-5fc1-9218-8c941d87697d"
    assert uid(DeadlineKind.STAGE, ("T-2", "bids")) != uid(DeadlineKind.STAGE, ("T-2", "appeal"))
    assert uid(DeadlineKind.REPORT, ("1",)) != uid(DeadlineKind.DECISION, ("1",))


def test_chn_23_thirty_fetches_give_the_same_bytes(place: Place, calendar: Subscribed) -> None:
    files = set()
    for _ in range(30):
        files.add(calendar.fetch().content)
        place.clock.wait(minutes=47)
    assert len(files) == 1


def test_chn_23_a_corrected_day_is_the_same_entry_with_a_higher_sequence(
    place: Place, calendar: Subscribed
) -> None:
    assert told(calendar.events()[END]) == ("20270131", 0, "CONFIRMED")
    before = calendar.events()[END]["DTSTAMP"]
    place.clock.wait(hours=1)
    record(place.engine, a_contract("K-10", ENDING, "2026-02-01", "2027-02-05"), at=place.clock.now())
    watch(place.engine, place.clock.now())
    after = calendar.events()[END]
    assert told(after) == ("20270205", 1, "CONFIRMED")
    assert before < after["DTSTAMP"] == after["LAST-MODIFIED"] == "20270115T070000Z"


def test_chn_23_the_sequence_of_a_tender_never_falls_for_whoever_loses_sight_of_one_of_its_schools(
    place: Place, subscribe: Subscribe
) -> None:
    own = subscribe(place.add(Role.HEAD))
    [line] = [row for row in small_country() if isinstance(row, TenderRow) and row.school_id == STALLED]
    withdrawn = replace(line, status=TenderStatus.WITHDRAWN, ended_on=day("2027-01-14"))
    for state in (line, withdrawn, line):
        record(place.engine, state, replace(state, school_id=COVERED), at=place.clock.now())
        watch(place.engine, place.clock.now())
        place.clock.wait(hours=1)
    _, before, _ = told(own.events()[STAGE])
    assert before == 4
    place.clock.wait(hours=1)
    record(place.engine, a_school(STALLED, "Әйтеке", region="71"), at=place.clock.now())
    watch(place.engine, place.clock.now())
    assert told(own.events()[STAGE])[1] == before


def test_chn_23_what_is_no_more_due_is_shown_as_cancelled_for_sixty_days(
    place: Place, calendar: Subscribed
) -> None:
    assert told(calendar.events()[STAGE])[1:] == (0, "CONFIRMED")
    place.clock.wait(days=1)
    record(
        place.engine, TenderEventRow("T-2", TenderEventKind.APPEAL, day("2027-01-16")), at=place.clock.now()
    )
    watch(place.engine, place.clock.now())
    gone = calendar.events()[STAGE]
    assert told(gone)[1:] == (1, "CANCELLED")
    assert "Енді қажет емес." in gone["DESCRIPTION"].splitlines()
    place.clock.wait(days=60)
    assert STAGE in calendar.events()
    place.clock.wait(days=1)
    assert STAGE not in calendar.events()


def test_what_comes_back_is_the_same_entry(place: Place, calendar: Subscribed) -> None:
    found = []
    for until in (day("2027-01-20"), None):
        place.clock.wait(hours=1)
        record(place.engine, a_school(ENDING, "Үміт", needed_until=until), at=place.clock.now())
        watch(place.engine, place.clock.now())
        found.append(told(calendar.events()[END]))
    assert found == [("20270131", 1, "CANCELLED"), ("20270131", 2, "CONFIRMED")]


def test_a_day_that_is_no_more_known_is_no_entry_until_it_is(place: Place, calendar: Subscribed) -> None:
    for end, is_there in ((None, False), ("2027-01-31", True)):
        place.clock.wait(hours=1)
        record(place.engine, a_contract("K-10", ENDING, "2026-02-01", end), at=place.clock.now())
        watch(place.engine, place.clock.now())
        assert (END in calendar.events()) is is_there
    assert told(calendar.events()[END]) == ("20270131", 2, "CONFIRMED")


def test_a_program_that_has_the_file_is_not_sent_it_again(place: Place, calendar: Subscribed) -> None:
    mark = calendar.fetch().headers["etag"]
    for given in (mark, f"W/{mark}", f'"other", {mark}', "*"):
        answer = calendar.fetch(**{"if-none-match": given})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == mark
    assert calendar.fetch(**{"if-none-match": '"other"'}).status_code == 200
    record(place.engine, a_contract("K-10", ENDING, "2026-02-01", "2027-02-05"), at=place.clock.now())
    watch(place.engine, place.clock.now())
    assert calendar.fetch(**{"if-none-match": mark}).status_code == 200


def test_another_name_language_address_or_day_is_another_file(place: Place, calendar: Subscribed) -> None:
    marks = [calendar.fetch().headers["etag"]]
    record(place.engine, a_school(ENDING, "Жаңа"), at=place.clock.now())
    marks.append(calendar.fetch().headers["etag"])
    with transaction(place.engine) as session:
        ministry = people.number_of(session, "ministry@example.kz") or 0
        accounts.change(session, ministry, {"language": Language.RU})
    marks.append(calendar.fetch().headers["etag"])
    other = replace(place.settings, base_url="http://localhost:8000")
    marks.append(Subscribed(Place(place.engine, other), calendar.secret).fetch().headers["etag"])
    place.clock.wait(days=1)
    marks.append(calendar.fetch().headers["etag"])
    assert len(set(marks)) == len(marks)


def test_a_calendar_says_what_the_page_of_deadlines_says(place: Place, calendar: Subscribed) -> None:
    ministry = place.browser()
    ministry.sign_in("ministry@example.kz")
    due = ministry.get("/api/v1/deadlines?size=200").json()["deadlines"]
    days = {each["due_on"].replace("-", "") for each in due if each["due_on"]}
    events = calendar.events().values()
    assert {event["DTSTART"] for event in events} == days
    assert {event["STATUS"] for event in events} == {"CONFIRMED"}
    assert f"/purchases/{STALLED}?number=T-2" in calendar.events()[STAGE]["URL"]
