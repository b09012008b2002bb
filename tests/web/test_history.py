"""Any figure of any past day in both senses, on pages and for programs (BIT-2, BIT-3)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.office import Office
from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import links_of, text_of
from tests.web.register import NOW, RECORDED_AT, STALLED, a_contract, a_school
from tests.web.test_cost import counted
from tests.web.test_purchases import answer
from tracker.domain.register import RegisterKind, RegisterRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, Language
from tracker.feeds.columns import COLUMNS
from tracker.render.catalogs import load_words
from tracker.services import evaluating
from tracker.services.acting import Author
from tracker.services.amending import Correction, Which, amend, find, plan, seen_of
from tracker.services.evaluating import Book
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING

MISTYPED = "990740005555"
HEAD = a_person(Role.HEAD, "59")


def item(client: Any, school_id: str, **asked: str) -> Any:  # JSON
    found = client.get("/api/v1/history", params=asked | {"q": school_id, "size": "50"}).json()
    return next(one for one in found["history"] if one["school_id"] == school_id)


def settle(engine: Engine, *rows: RegisterRow, at: datetime) -> None:
    record(engine, *rows, at=at)


@pytest.fixture
def corrected(empty: Engine) -> Engine:
    """An end of 2027 that should have been 2026-12-05, found out forty days later."""
    typed = datetime(2026, 11, 30, 6, tzinfo=UTC)
    school = a_school(MISTYPED, "Қате", confirmed_on=None)
    settle(empty, school, a_contract("K-5", MISTYPED, "2026-01-01", "2027-12-05"), at=typed)
    with transaction(empty, seeing=EVERYTHING) as session:
        which = Which(RegisterKind.CONTRACTS, MISTYPED, "K-5")
        said = Correction(
            {"end_on": "2026-12-05"}, "год набран с ошибкой", seen_of(find(session, EVERYTHING, which))
        )
        book, today, author = Book.load(), NOW.date(), Author("person:1", NOW - timedelta(hours=1))
        ahead = plan(session, EVERYTHING, which, said, book=book, today=today)
        shown = replace(said, shown=ahead.seen)
        amend(session, author, EVERYTHING, which, shown, book=book, today=today)
    return empty


def test_a_mistyped_year_was_green_then_and_is_red_now(corrected: Engine, visit: Visit) -> None:
    client = visit(corrected, Language.EN)
    for day in ("2026-12-06", "2026-12-31", "2027-01-14"):
        found = item(client, MISTYPED, on=day)
        assert (found["then"]["state"], found["now"]["state"], found["same"]) == (
            "covered",
            "uncovered",
            False,
        )
        assert found["now"]["uncovered_since"] == "2026-12-06"
    assert item(client, MISTYPED, on="2026-12-05")["now"]["state"] == "covered"
    before = item(client, MISTYPED, on="2026-12-31", known="2027-01-14T00:00:00Z")
    assert before["then"] == before["now"]
    assert before["same"]


@pytest.mark.parametrize("language", Language)
def test_the_turned_days_are_marked_with_the_correction_and_its_reason(
    corrected: Engine, visit: Visit, language: Language
) -> None:
    words = load_words(language)
    client = visit(corrected, language)
    told = text_of(client.get(f"/history?school_id={MISTYPED}&on=2026-12-31").text)
    for said in (
        words.say("history.corrected_on", at="15.01.2027 10:00"),
        words.say("origin.hand") + ", ",
        words.say("history.reason", reason="год набран с ошибкой"),
        words.say("history.fact.contracts", which="K-5"),
        words.say("history.fact.schools", which=MISTYPED) + ": " + words.say("history.new"),
        words.say("report.days", first="06.12.2026", last="14.01.2027"),
        words.say("history.differs"),
    ):
        assert said in told
    assert "05.12.2027" in told
    assert "05.12.2026" in told


def test_a_contract_that_was_imported_late_is_known_now_and_was_not_then(
    filled: Engine, visit: Visit
) -> None:
    late = "990740006666"
    settle(filled, a_school(late, "Кеш"), at=RECORDED_AT)
    settle(filled, a_contract("K-66", late, "2026-01-01", "2027-12-31"), at=NOW - timedelta(minutes=5))
    client = visit(filled, Language.RU)
    found = item(client, late, on="2027-01-14")
    assert (found["then"]["state"], found["now"]["state"]) == ("uncovered", "covered")
    then, now = (
        client.get(f"/schools/{late}?on=2027-01-14{known}").text for known in ("&known=2027-01-14", "")
    )
    assert "K-66" not in then
    assert "K-66" in now
    ended = replace(a_contract("K-66", late, "2026-01-01", "2027-12-31"), status=ContractStatus.PENDING)
    settle(filled, ended, at=NOW)
    named = text_of(client.get(f"/history?school_id={late}").text)
    own, foreign = (
        next(column.ru for column in COLUMNS[kind] if column.name == "status")
        for kind in (RegisterKind.CONTRACTS, RegisterKind.TENDERS)
    )
    assert f"{own}: " in named
    assert foreign not in named
    page = text_of(client.get("/history?region=59&on=2027-01-14").text)
    assert "Кеш" in page
    assert load_words(Language.RU).say("history.differing") in page


def test_events_of_a_file_and_steps_by_hand_are_told_and_what_was_taken_back(
    filled: Engine, visit: Visit
) -> None:
    words = load_words(Language.EN)
    client = visit(filled, Language.EN, person=a_person(Role.OFFICER, "59", name="Asel"))
    office, event = Office(filled), "history.fact.tender-events"
    office.take_in(
        RegisterKind.TENDER_EVENTS, "tender_number;event;on;note\nT-2;suspended;2027-01-11;court\n"
    )
    office.take_in(RegisterKind.TENDER_EVENTS, "tender_number;event;on\nT-2;resumed;2027-01-12\n")
    with counted(filled) as few:
        told = text_of(client.get(f"/history?school_id={STALLED}").text)
    suspended, resumed, appeal = (
        words.say(event, which=f"T-2 / {words.say(f'tender_event.{word}')}")
        for word in ("suspended", "resumed", "appeal")
    )
    assert told.index(f"{resumed}: {words.say('history.new')}") < told.index(suspended)
    assert all(said in told for said in ("11.01.2027", "court", words.say("origin.file", detail="file.csv")))
    answer(client, STALLED)
    with counted(filled) as more:
        told = text_of(client.get(f"/history?school_id={STALLED}").text)
    assert f"{appeal}: {words.say('history.new')}" in told
    assert words.say("origin.step") + ", " in told
    assert "Asel" in told
    seen = re.findall(r'name="seen" value="([^"]*)"', client.get(f"/purchases/{STALLED}").text)[0]
    client.post("/purchases", data={"deed": "back", "school_id": STALLED, "purchase": "T-2", "seen": seen})
    told = text_of(client.get(f"/history?school_id={STALLED}").text)
    assert f"{appeal}: {words.say('history.gone')}" in told
    assert words.say("origin.taken_back") in told
    assert len(more) == len(few)


def test_a_region_sees_its_own_history_alone(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    found = client.get("/api/v1/history").json()["history"]
    assert {one["region"] for one in found} == {"59"}
    for school_id in ("990740000004", "nobody"):
        assert client.get(f"/history?school_id={school_id}").status_code == 404
    assert client.get("/history").status_code == 200


def test_the_same_past_is_judged_once_whatever_moment_is_asked_about(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    for path in ("/history", "/api/v1/history"):
        first = client.get(f"{path}?known=2027-01-15T10:59:58%2B05:00")
        with counted(filled) as asked:
            second = client.get(f"{path}?known=2027-01-15T10:59:59%2B05:00")
        assert first.status_code == second.status_code == 200
        assert not [one for one in asked if "FROM contract_line" in one], path


def test_the_past_of_one_school_leaves_the_board_as_quick_as_it_was(
    filled: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.services.book.KEPT_NEEDS", 75)  # as little room as the small country needs
    client = visit(filled, Language.RU)
    client.get("/")
    for day in range(10, 15):
        page = client.get(f"/history?school_id={STALLED}&on=2027-01-{day}").text
        assert f'value="2027-01-{day}"' in page
        assert page.count('data-label="Услуга"') == 1
    with counted(filled) as asked:
        client.get("/")
    assert not [one for one in asked if "FROM contract_line" in one]


def test_today_in_both_senses_is_judged_once(
    filled: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, take = [], evaluating.take_snapshot

    def counted(*given: Any, **more: Any) -> evaluating.Snapshot:
        known.append(more["known"])
        return take(*given, **more)

    monkeypatch.setattr(evaluating, "take_snapshot", counted)
    assert visit(filled, Language.EN).get("/history?region=59").status_code == 200
    assert known == [None]


def test_every_past_figure_opens_the_list_that_it_counts(filled: Engine, visit: Visit) -> None:
    late = [f"99074001{number:04}" for number in range(60)]
    settle(filled, *(a_school(one, one) for one in late), at=RECORDED_AT + timedelta(hours=1))
    lines = [a_contract(f"L-{one}", one, "2026-01-01", "2027-12-31") for one in late]
    settle(filled, *lines, at=NOW - timedelta(minutes=5))
    client = visit(filled, Language.RU)
    page = client.get("/history?region=59&on=2027-01-14").text
    figures = set(re.findall(r'<a href="(/schools\?[^"]+)">(\d+)</a>', page))
    assert len({"known=" in address for address, _ in figures}) == 2
    for address, number in figures:
        listed = client.get(unescape(address) + "&size=100").text
        assert listed.count('<th scope="row"') == int(number), address
    named = [
        set(re.findall(r"school_id=(\d+)", client.get(f"/history?page={at}&on=2027-01-14").text))
        for at in (1, 2)
    ]
    assert not named[0] & named[1]
    assert named[0] | named[1] >= set(late)


def test_a_district_that_was_renamed_since_stands_with_what_was_known_of_it(
    empty: Engine, visit: Visit
) -> None:
    settle(empty, a_school("S-1", "1", district="Бұрынғы"), a_school("S-2", "2"), at=RECORDED_AT)
    settle(empty, a_school("S-1", "1", district="Жаңа"), at=NOW - timedelta(minutes=5))
    client = visit(empty, Language.RU)
    page = client.get("/history?region=59&on=2027-01-14").text
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = {text_of(row).split("\n")[0]: links_of(row) for row in table.split("<tr>")[1:]}
    assert list(rows)[:2] == ["Бұрынғы", "Жаңа"]
    for name, known in (("Бұрынғы", True), ("Жаңа", False)):
        assert {"known=" in address for _, address in rows[name]} == {known}, name
        for number, address in rows[name]:
            assert client.get(address).text.count('<th scope="row"') == int(number) == 1, address


def test_every_figure_of_an_earlier_month_opens_the_schools_that_it_counts(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)
    board = client.get("/?region=59&on=2027-02-01").text.partition('class="months"')[2]
    told = re.findall(r'<a href="(/schools\?[^"]*state=[^"]*)">(\d+)</a>', board)
    assert {"known=" in address for address, _ in told} == {True, False}
    for address, number in told[:3]:
        assert client.get(unescape(address)).text.count('<th scope="row"') == int(number), address
    shares = re.findall(r'<a href="(/schools\?[^"]*proven=1[^"]*)">', client.get("/months?region=59").text)
    assert '<th scope="row"' in client.get(unescape(shares[0])).text
