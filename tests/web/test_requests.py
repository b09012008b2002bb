"""What the server answers and what it refuses: always with words, never with a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from tests.people import a_person
from tests.web.conftest import HOME, Visit
from tests.web.reading import text_of
from tests.web.register import STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.store.engine import transaction

PAGES = ("/", "/queue", "/schools", f"/schools/{STALLED}", "/policy", "/imports")


@pytest.mark.parametrize(
    "asked", ["yesterday", "2026-13-01", "31.02.2027", "1827-01-01", "9999-12-31", "20270115"]
)
@pytest.mark.parametrize("path", PAGES)
def test_a_day_that_is_none_is_refused_in_words(filled: Engine, visit: Visit, path: str, asked: str) -> None:
    page = visit(filled, Language.RU).get(path, params={"on": asked})
    assert page.status_code == 400
    assert "День непонятен" in text_of(page.text)
    assert asked in text_of(page.text)


def test_a_day_may_be_written_as_people_write_it(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    assert "Показан день: 1 февраля 2027 г." in text_of(client.get("/?on=01.02.2027").text)


@pytest.mark.parametrize(
    "query",
    ["region=00", "region=59'--", "state=fine", "flag=x", "service=y", "within=31", "page=0", "page=x",
     "size=7", "purchase=2", "lang=de", "page=99999999999999999999"],
)  # fmt: skip
def test_a_filter_value_that_does_not_exist_is_refused_in_words(
    filled: Engine, visit: Visit, query: str
) -> None:
    page = visit(filled, Language.KK).get(f"/queue?{query}")
    assert page.status_code == 400
    assert "Сүзгінің мұндай мәні жоқ" in text_of(page.text)


def test_a_page_beyond_the_last_shows_the_last(filled: Engine, visit: Visit) -> None:
    assert visit(filled).get("/queue?page=99").status_code == 200


@pytest.mark.parametrize(
    "path", ["/schools/123", "/schools/x/y", "/schools/%00", "/imports/unknown", "/no-such-page"]
)
def test_what_does_not_exist_is_not_found_in_words(filled: Engine, visit: Visit, path: str) -> None:
    page = visit(filled, Language.EN).get(path)
    assert page.status_code == 404
    assert "not carried out" in text_of(page.text)


def test_a_fault_of_ours_shows_a_number_and_no_trace(filled: Engine, visit: Visit) -> None:
    with transaction(filled) as session:
        session.execute(text("DROP TABLE assessment"))
        session.execute(text("DROP TABLE tender_event"))
    page = visit(filled, Language.RU, raises=False).get("/queue")
    told = text_of(page.text)
    assert page.status_code in (500, 503)
    assert "Traceback" not in told
    assert "tender_event" not in told
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1.example.org", "school.kz:8000", "127.0.0.1@example.org"]
)
def test_only_our_own_names_are_answered(filled: Engine, visit: Visit, host: str) -> None:
    page = visit(filled, Language.RU).get("/", headers={"host": host})
    assert page.status_code == 400
    assert "По такому имени сервер не отвечает" in text_of(page.text)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_is_answered_by_all_its_names(filled: Engine, visit: Visit, host: str) -> None:
    assert visit(filled).get("/policy", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
     {"sec-fetch-site": "cross-site", "origin": HOME}],
)  # fmt: skip
def test_a_write_from_a_foreign_page_is_refused(
    filled: Engine, visit: Visit, headers: dict[str, str]
) -> None:
    page = visit(filled, Language.RU).post("/imports", headers=headers)
    assert page.status_code == 403
    assert "только со страниц самой системы" in text_of(page.text)


@pytest.mark.parametrize(("origin", "status"), [(HOME, 400), ("http://evil.example", 403), (None, 403)])
def test_without_the_browsers_word_the_origin_decides(
    filled: Engine, visit: Visit, origin: str | None, status: int
) -> None:
    client = visit(filled)
    del client.headers["sec-fetch-site"]
    assert client.post("/imports", headers={"origin": origin} if origin else {}).status_code == status


def test_every_answer_carries_the_page_rules(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    for path in (*PAGES, "/no-such-page", "/?on=x", "/static/app.css"):
        headers = client.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert path.startswith("/static") or headers["cache-control"] == "no-store"


def test_static_files_may_be_kept_by_their_mark(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    html = client.get("/").text
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    kept = client.get(address)
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]


def test_the_language_is_chosen_then_remembered_then_the_browsers_then_kazakh(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)
    assert '<html lang="ru">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/queue").text
    client.cookies.clear()
    assert '<html lang="kk">' in client.get("/", headers={"accept-language": "de"}).text
    assert '<html lang="ru">' in client.get("/", headers={"accept-language": "en;q=0.5, ru-KZ;q=0.9"}).text
    assert '<html lang="kk">' in client.get("/", headers={"accept-language": "en;q=x, kk;q=0.1"}).text


def test_the_language_switch_keeps_the_question(filled: Engine, visit: Visit) -> None:
    html = visit(filled).get("/queue?region=59&on=2027-02-01&lang=en").text
    assert 'name="next" value="/queue?region=59&amp;on=2027-02-01"' in html


@pytest.mark.parametrize(
    ("referer", "goes_to"),
    [
        (f"{HOME}/cliff?region=59", "/cliff?region=59"), (f"{HOME}//evil.example", "/"),
        ("https://evil.example/cliff", "/"), ("", "/"),
    ],
)  # fmt: skip
def test_on_the_answer_to_a_form_the_language_switch_leads_back_to_the_form(
    filled: Engine, visit: Visit, referer: str, goes_to: str
) -> None:
    head = visit(filled, person=a_person(Role.HEAD, "59"))
    sent = {"pick": [f"channel:{STALLED}"], "begin_by": "2020-01-01"}
    page = head.post("/cliff/ask", data=sent, headers={"referer": referer, "sec-fetch-site": "same-origin"})
    assert f'name="next" value="{goes_to}"' in page.text


def test_a_chosen_language_stays_with_the_person_and_with_the_browser(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    asked = {"language": "kk", "next": "/queue?region=59"}
    answer = client.post("/language", data=asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?region=59")
    elsewhere = visit(filled, Language.RU)
    assert '<html lang="kk">' in elsewhere.get("/").text
    client.cookies.delete("tracker")
    assert '<html lang="kk">' in client.get("/no-such-page").text


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", ""]
)
def test_the_language_switch_leads_nowhere_else(filled: Engine, visit: Visit, place: str) -> None:
    answer = visit(filled).post("/language", data={"language": "ru", "next": place}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_icon_and_the_top_of_every_page_say_that_something_is_red(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU).get("/policy").text
    assert "icon-red.svg" in html
    assert "Сегодня без услуги: 5" in text_of(html)


def test_they_say_so_only_of_schools_that_the_reader_sees(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU, person=a_person(Role.HEAD, "10")).get("/policy").text
    assert "/icon.svg" in html
    assert "Сегодня без услуги" not in text_of(html)


@pytest.mark.parametrize("path", ["/api/v1/schools/123", "/api/v1/needs?on=x", "/api/v1/needs?state=fine"])
def test_programs_are_refused_with_a_problem_document(filled: Engine, visit: Visit, path: str) -> None:
    answer = visit(filled, Language.EN).get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_what_a_person_typed_is_never_markup(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    for path in ("/queue", "/schools"):
        for name in ("q", "district", "on"):
            assert "<script>" not in client.get(path, params={name: '"><script>alert(1)</script>'}).text
