"""The cliff: what ends when, what has not begun, and asking for it in few steps, each need by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.store.rows import MOMENT, record
from tests.web.conftest import HOME, Visit
from tests.web.reading import links_of, numbers_of, text_of
from tests.web.register import ENDING, NOW, OVERLAP, a_contract, a_school, day, fill
from tracker.clock import FixedClock
from tracker.domain.acts import Act
from tracker.domain.days import LEGAL_ZONE
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Reach
from tracker.domain.register import RegisterRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderStatus
from tracker.render.catalogs import load_catalogs, load_words
from tracker.render.environment import make_voices
from tracker.render.letters import make_letters
from tracker.services.wording import Writer
from tracker.settings import Settings
from tracker.store import outbox
from tracker.store.begin_requests import begin_requests
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import EVERYTHING
from tracker.store.tables import JOURNAL
from tracker.web.app import create_app
from tracker.web.visitors import csrf_token

SAY = load_words(Language.RU).say
SPRING = ("2026-04-01", "2027-04-20")
AUTUMN = ("2026-01-01", "2027-10-31")


def ends() -> tuple[RegisterRow, ...]:
    """Six schools of one contract or another that end: too late, soon, later, and begun."""
    return (
        *(a_school(f"S-{n}", f"{n}", officer_email="officer@example.kz") for n in range(1, 6)),
        a_school("S-6", "6", region="71"),
        a_contract("K-A", "S-1", "2026-01-01", "2027-01-25"),
        a_contract("K-A", "S-2", "2026-01-01", "2027-01-25"),
        a_contract("K-B", "S-3", *SPRING),
        a_contract("K-C", "S-4", *AUTUMN),
        a_contract("K-D", "S-5", *AUTUMN),
        a_contract("K-E", "S-6", *AUTUMN),
        TenderRow("T-5", "S-5", TenderStatus.ACTIVE, published_on=day("2027-01-11")),
    )


@pytest.fixture
def falling(empty: Engine) -> Engine:
    """The six schools, and somebody who answers for them."""
    fill(empty, *ends())
    sign_in(empty, a_person(Role.OFFICER, name="officer"))
    return empty


@pytest.fixture
def client(falling: Engine) -> Iterator[TestClient]:
    """A reviewer of the region, at a server that sends mail."""
    app = create_app(Settings(smtp_url="smtp://127.0.0.1:9"), FixedClock(NOW), falling)
    cookie = sign_in(falling, a_person(Role.REVIEWER, "59", name="reviewer"))
    headers = {
        "accept-language": "ru", "sec-fetch-site": "same-origin", "x-csrf-token": csrf_token(cookie),
    }  # fmt: skip
    opened = TestClient(app, base_url=HOME, headers=headers, cookies={"tracker": cookie})
    yield opened
    opened.close()


def names(html: str) -> list[str]:
    """The schools of the list, in its order."""
    return [address.rsplit("/", 1)[1] for _, address in links_of(html) if address.startswith("/schools/")]


def hidden(html: str) -> dict[str, str]:
    """What a form carries on."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def told(engine: Engine) -> list[str]:
    """The keys of the letters that ask for a beginning."""
    with reading(engine) as session:
        return list(session.scalars(select(MESSAGE.c.key).where(MESSAGE.c.template == "begin")))


def rows_of(html: str) -> int:
    """The rows of the list."""
    return html.rpartition("<tbody>")[2].count('<th scope="row"')


def test_each_number_is_the_length_of_its_list(client: TestClient) -> None:
    numbers = [found for found in numbers_of(client.get("/cliff").text) if found[1].startswith("/cliff")]
    assert len(numbers) >= 10
    assert any("per=contract" in address for _, address in numbers)
    for number, address in numbers:
        assert rows_of(client.get(address).text) == number, address
    for wrong in ("per=school", "left=soon"):
        assert client.get(f"/cliff?{wrong}").status_code == 400


def test_each_number_of_the_burn_down_opens_what_had_not_begun_that_day(empty: Engine, visit: Visit) -> None:
    record(empty, *(a_school(f"S-{n}", f"{n}") for n in (1, 2)), a_school("S-3", "3", district="Тайынша"))
    record(empty, *(a_contract(f"K-{n}", f"S-{n}", "2026-01-01", "2026-12-31") for n in (1, 2, 3)))
    record(empty, TenderRow("T-1", "S-1", TenderStatus.PLANNED), at=MOMENT + timedelta(days=7))
    record(empty, a_school("S-4", "4", region="71"), a_contract("K-4", "S-4", *AUTUMN), at=NOW)
    client = visit(empty, Language.RU)
    for path, least in (("/cliff", 5), ("/cliff?region=59", 10)):
        numbers = [found for found in numbers_of(client.get(path).text) if "left=" in found[1]]
        assert len(numbers) >= least
        assert len({number for number, _ in numbers}) == 2
        for number, address in numbers:
            page = client.get(address).text
            assert rows_of(page) == number, address
    assert client.get(next(one for _, one in links_of(page) if "school_id=" in one)).status_code == 200
    assert rows_of(client.get("/cliff?left=2026-10-01").text.partition('id="list"')[2]) == 0


def test_a_contract_of_two_schools_is_counted_once(client: TestClient) -> None:
    html = client.get("/cliff").text
    january = re.search(r"<th scope=\"row\">янв.*?</tr>", html, re.DOTALL)
    assert january is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", january[0], re.DOTALL)
    assert [text_of(cell) for cell in cells] == ["1", "2", "2", "2", "0", "0"]


def test_each_contract_tells_its_latest_safe_start_and_the_days_left_or_missed(
    falling: Engine, client: TestClient
) -> None:
    """By what has not begun, as long as there is any."""
    record(falling, TenderRow("T-1", "S-1", TenderStatus.ACTIVE, published_on=day("2027-01-11")), at=NOW)
    table = client.get("/cliff?per=contract&begun=any").text.rpartition("<tbody>")[2]
    rows = [re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("</tr>")[:-1]]
    told = {text_of(row[0]): tuple(text_of(cell) for cell in row[2:4]) for row in rows}
    assert told["K-A"] == ("23.12.2026", "прошло 14 рабочих дней")
    assert told["K-B"] == ("18.03.2027", "осталось 42 рабочих дня")
    assert told["K-D"] == ("30.09.2027", "начато")


def test_a_latest_safe_start_that_passed_on_the_last_working_day_is_not_told_as_days_left(
    falling: Engine, client: TestClient
) -> None:
    record(falling, a_school("S-7", "7"), a_contract("K-F", "S-7", "2026-01-01", "2027-01-27"), at=NOW)
    for path in ("/cliff?on=2026-12-26", "/cliff?on=2026-12-26&per=contract"):  # the Saturday after it
        rows = re.findall(r"<tr>.*?</tr>", client.get(path).text.rpartition("<tbody>")[2], re.DOTALL)
        [said] = [text_of(row) for row in rows if "Школа «7»" in row]
        assert "25.12.2026" in said
        assert SAY("school.safe_start.passed") in said


def test_the_list_begins_with_the_least_time_and_leaves_out_what_has_begun(
    client: TestClient,
) -> None:
    assert names(client.get("/cliff").text) == ["S-1", "S-2", "S-3", "S-4"]
    assert names(client.get("/cliff?begun=yes").text) == ["S-5"]
    assert names(client.get("/cliff?start=passed").text) == ["S-1", "S-2"]
    assert names(client.get("/cliff?month=2027-10&begun=any").text) == ["S-4", "S-5"]


def test_not_begun_falls_when_a_tender_is_registered(
    falling: Engine, client: TestClient, visit: Visit
) -> None:
    before = names(client.get("/cliff").text)
    record(falling, TenderRow("T-9", "S-4", TenderStatus.PLANNED, planned_on=day("2027-03-01")), at=NOW)
    assert names(client.get("/cliff").text) == [each for each in before if each != "S-4"]


def test_asking_shows_what_would_be_done_and_does_it_once(falling: Engine, client: TestClient) -> None:
    form = {"pick": ["channel:S-1", "channel:S-3"], "begin_by": "2027-01-22"}
    preview = client.post("/cliff/ask", data=form)
    assert preview.status_code == 200
    assert SAY("cliff.preview.title") in text_of(preview.text)
    assert ".." not in text_of(preview.text)
    assert told(falling) == []
    done = client.post("/cliff/ask", data={**form, "seen": hidden(preview.text)["seen"]})
    assert SAY("cliff.done.title") in text_of(done.text)
    [key] = told(falling)
    assert ":mail:" in key
    with reading(falling, seeing=EVERYTHING) as session:
        kept = begin_requests(session, EVERYTHING, ["S-1", "S-2", "S-3"])
        assert {school: one.begin_by for (school, _, _), one in kept.items()} == {
            "S-1": date(2027, 1, 22), "S-3": date(2027, 1, 22),
        }  # fmt: skip
        noted = session.scalars(select(JOURNAL.c.subject).where(JOURNAL.c.action == Act.BEGIN_ASKED))
        assert sorted(noted) == ["school:S-1", "school:S-3"]
    again = client.post("/cliff/ask", data=form)
    assert text_of(again.text).count(SAY("cliff.fate.already", by="22.01.2027")) == 2
    assert len(told(falling)) == 1
    assert SAY("cliff.asked", by="22.01.2027") in text_of(client.get("/cliff").text)


def test_the_whole_list_is_asked_for_in_four_clicks(falling: Engine, client: TestClient) -> None:
    page = client.get("/cliff?start=passed").text
    form = {**hidden(page), "all": "1", "begin_by": "2027-01-22"}
    preview = client.post("/cliff/ask", data=form).text
    assert names(preview) == ["S-1", "S-2"]
    client.post("/cliff/ask", data=hidden(preview))
    assert len(told(falling)) == 1
    assert SAY("cliff.asked", by="22.01.2027") in text_of(client.get("/cliff?start=passed").text)


def test_what_others_record_elsewhere_changes_nothing_of_what_was_shown(
    falling: Engine, client: TestClient
) -> None:
    form = {"pick": ["channel:S-4"], "begin_by": "2027-01-22"}
    seen = hidden(client.post("/cliff/ask", data=form).text)["seen"]
    record(falling, TenderRow("T-9", "elsewhere", TenderStatus.PLANNED), at=NOW)
    assert hidden(client.post("/cliff/ask", data=form).text)["seen"] == seen


def test_what_changed_since_it_was_shown_is_shown_again(falling: Engine, client: TestClient) -> None:
    form = {"pick": ["channel:S-4"], "begin_by": "2027-01-22"}
    seen = hidden(client.post("/cliff/ask", data=form).text)
    record(falling, TenderRow("T-9", "S-4", TenderStatus.ACTIVE, published_on=day("2027-01-14")), at=NOW)
    text = text_of(client.post("/cliff/ask", data=seen).text)
    assert SAY("cliff.preview.changed") in text
    assert SAY("cliff.fate.begun") in text
    assert told(falling) == []


def test_a_school_of_another_region_and_one_that_does_not_exist_are_alike(
    falling: Engine, client: TestClient
) -> None:
    answers = set()
    for school in ("S-6", "S-99"):
        form = {"pick": [f"channel:{school}"], "begin_by": "2027-01-22"}
        text = text_of(client.post("/cliff/ask", data=form).text)
        assert SAY("cliff.fate.gone") in text
        answers.add(text.replace(school, "?"))
    assert len(answers) == 1


def test_a_day_that_is_past_and_no_line_at_all_are_refused_with_words(client: TestClient) -> None:
    form = {"begin_by": "2027-01-22"}
    nothing = client.post("/cliff/ask", data=form)
    past = client.post("/cliff/ask", data={**form, "pick": ["channel:S-1"], "begin_by": "2027-01-15"})
    assert (nothing.status_code, past.status_code) == (400, 400)
    assert SAY("error.begin_refused.nothing") in text_of(nothing.text)
    assert 'href="/cliff' in nothing.text.partition("<main")[2]
    assert SAY("error.begin_refused.day") in text_of(past.text)


def test_nobody_asks_herself_and_an_officer_without_an_account_is_not_asked(
    falling: Engine, client: TestClient
) -> None:
    record(falling, a_school("S-1", "1"), a_school("S-3", "3", officer_email="new@example.kz"), at=NOW)
    form = {"pick": ["channel:S-1", "channel:S-3"], "begin_by": "2027-01-22"}
    shown = client.post("/cliff/ask", data=form).text
    assert SAY("cliff.fate.nobody") in text_of(shown)
    assert SAY("cliff.fate.no_account") in text_of(shown)
    assert 'href="mailto:new@example.kz"' in shown
    assert SAY("cliff.no_account") in text_of(shown)
    assert told(falling) == []
    assert SAY("cliff.asked", by="22.01.2027") not in text_of(client.get("/cliff").text)


def test_where_the_officer_of_the_register_has_no_account_the_officer_of_the_district_is_asked(
    falling: Engine, client: TestClient
) -> None:
    record(falling, a_school("S-3", "3", officer_email="accountant@example.kz"), at=NOW)
    district = Reach(districts=frozenset({("59", "Петропавл")}))
    sign_in(falling, a_person(Role.OFFICER, name="district", reach=district))
    form = {"pick": ["channel:S-3"], "begin_by": "2027-01-22"}
    shown = client.post("/cliff/ask", data=form).text
    assert "District" in text_of(shown)
    assert "mailto:" not in shown
    client.post("/cliff/ask", data={**form, "seen": hidden(shown)["seen"]})
    assert len(told(falling)) == 1


def test_where_no_channel_is_set_up_the_page_says_that_nothing_is_sent(falling: Engine, visit: Visit) -> None:
    reviewer = visit(falling, Language.RU, person=a_person(Role.REVIEWER, "59", name="reviewer"))
    form = {"pick": ["channel:S-1"], "begin_by": "2027-01-22"}
    preview = reviewer.post("/cliff/ask", data=form).text
    done = reviewer.post("/cliff/ask", data={**form, "seen": hidden(preview)["seen"]}).text
    for page in (preview, done):
        assert "1 человеку ничего не уйдёт" in text_of(page)
        assert "Письмо получит" not in text_of(page)
    assert told(falling) == []


def test_an_officer_reads_the_cliff_and_asks_nobody(falling: Engine, visit: Visit) -> None:
    officer = visit(falling, Language.RU, person=a_person(Role.OFFICER, "59", name="officer"))
    assert SAY("cliff.ask") not in text_of(officer.get("/cliff").text)
    form = {"pick": ["channel:S-1"], "begin_by": "2027-01-22"}
    assert officer.post("/cliff/ask", data=form).status_code == 403


def test_small_country_has_an_end_for_each_that_will_lose(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU).get("/cliff?begun=any").text
    assert {ENDING, OVERLAP} <= set(names(html))


def test_the_letter_names_what_to_begin_and_only_schools_that_its_reader_still_sees(
    falling: Engine, client: TestClient
) -> None:
    form = {"pick": ["channel:S-1", "channel:S-3"], "begin_by": "2027-01-22"}
    client.post(
        "/cliff/ask", data={**form, "seen": hidden(client.post("/cliff/ask", data=form).text)["seen"]}
    )
    record(falling, a_school("S-3", "3", officer_email="other@example.kz"), at=NOW)
    later = NOW + timedelta(minutes=1)
    with transaction(falling, seeing=EVERYTHING) as session:
        message = outbox.claim(session, ChannelKind.MAIL, "test", now=later, lease=timedelta(minutes=1))
        assert message is not None
        letters = make_letters(
            make_voices(load_catalogs(), zone=LEGAL_ZONE), clauses={}, home="https://channel.example"
        )
        letter = Writer(letters, Language.RU, None)(session, message)
    assert letter is not None
    assert letter.to == "officer@example.kz"
    assert letter.subject == "Начать 1 закупку до 22.01.2027"
    assert "Школа «1»" in letter.text
    assert "Школа «3»" not in letter.text + letter.html
    assert "https://channel.example/cliff" in letter.html
