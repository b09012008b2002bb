"""Texts of others that would be markup or script are shown as they were written, on every page (WEB-2)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from tests.browser.poison import DECIDED, POISONER, poison, poison_account, poison_work, school_of
from tests.browser.served import Served, served
from tests.markup import PAYLOADS
from tests.people import ADMIN
from tests.regions.doors import number_of
from tests.store.rows import record
from tests.web.register import NOW, RECORDED_AT, small_country
from tracker.clock import legal_day
from tracker.domain.register import RegisterKind
from tracker.services.evaluating import Book, evaluate
from tracker.store import people, uploads
from tracker.store.engine import make_engine, transaction

WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', 
    e => window.broken.push(e.violatedDirective + ' ' + e.sample));
"""
FOUND = """[...window.broken, ...[...document.querySelectorAll(
    '[data-canary], [hx-get], [hx-trigger]')].map(one => one.outerHTML)]"""

VISITOR = replace(ADMIN, email="poisoned@example.kz", name=PAYLOADS[0])
"""An administrator whose own name, tokens and letters are harm."""


@pytest.fixture(scope="module")
def poisoned(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a register that somebody has filled with harm."""
    path = tmp_path_factory.mktemp("poisoned") / "tracker.db"
    shutil.copyfile(migrated_sqlite, path)
    engine = make_engine(f"sqlite:///{path}")
    record(engine, *small_country(), at=RECORDED_AT)
    poison(engine)
    with transaction(engine) as session:
        evaluate(session, today=legal_day(NOW), book=Book.load())
    decisions, visitor = poison_work(engine), number_of(engine, VISITOR)
    with transaction(engine) as session:
        poison_account(session, visitor)
    with served(engine) as server:
        server.decided = decisions
        yield server
    engine.dispose()


@pytest.fixture
def context(browser: Browser, poisoned: Served) -> Iterator[BrowserContext]:
    """An administrator's browser whose own device is harm as well."""
    cookie = poisoned.cookie(VISITOR)
    context = browser.new_context(base_url=poisoned.home, user_agent=PAYLOADS[1])
    context.add_cookies([{"name": "tracker", "value": cookie, "url": poisoned.home}])
    with transaction(poisoned.engine) as session:
        number = people.number_of(session, "poisoned@example.kz")
        assert number is not None
        people.begin_session(
            session, number, at=NOW, address=PAYLOADS[2], agent=PAYLOADS[1], known_by="password"
        )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that remembers what broke its rules."""
    page = context.new_page()
    page.add_init_script(WATCH)
    return page


def uploaded(poisoned: Served) -> str:
    """The address of the preview of a file full of harm."""
    lines = "".join(
        f'"{place}";"{text.replace(chr(34), chr(34) * 2)}";"{text.replace(chr(34), chr(34) * 2)}"\n'
        for place, text in enumerate(PAYLOADS)
    )
    titles = ";".join('"' + text.replace('"', '""') + '"' for text in PAYLOADS)
    data = f"school_id;name;{titles}\n{lines}{PAYLOADS[9]};;\n".encode()
    with transaction(poisoned.engine) as session:
        number = people.number_of(session, "poisoned@example.kz")
        assert number is not None
        token = uploads.keep(
            session, RegisterKind.SCHOOLS, data, filename=f"{PAYLOADS[5]}.csv", at=NOW, person_id=number
        )
    return f"/imports/{token}"


CORRECTED = ("schools", "contracts", "tenders")


def addresses(poisoned: Served) -> Iterator[str]:
    """Every page that there is, the page of every poisoned school, and questions that are harm themselves."""
    yield from (
        path for path in poisoned.pages() if not path.startswith(("/sign-in", "/welcome", "/imports/"))
    )
    yield uploaded(poisoned)
    yield from (f"/schools/{school_of(place)}" for place in range(len(PAYLOADS)))
    yield from ("/schools?size=200", "/queue?size=200", "/?region=59", "/deadlines?later=1&size=200")
    for place in DECIDED:
        school, bought = school_of(place), quote(f"{place} {PAYLOADS[place]}", safe="")
        yield from (f"/{page}/{school}" for page in ("purchases", "suggestions", "what-if"))
        yield from (f"/corrections?kind={kind}&school_id={school}&number={bought}" for kind in CORRECTED)
        yield from (f"/history?school_id={school}", f"/reminders/leads?contract={bought}")
    for number in poisoned.decided:
        yield from (f"/decisions/{number}", f"/decisions/{number}/documents")
    for name, path in (
        ("q", "/queue"),
        ("district", "/schools"),
        ("on", "/"),
        ("region", "/queue"),
        ("lang", "/"),
    ):
        yield from (f"{path}?{name}={quote(text)}" for text in PAYLOADS[:3])
    yield from (f"/{quote(text, safe='')}" for text in PAYLOADS[:3])


@pytest.mark.long
def test_web_2_no_stored_or_given_text_ever_runs_or_breaks_the_page(
    context: BrowserContext, page: Page, poisoned: Served
) -> None:
    ran: list[str] = []

    def seen(dialog: Dialog) -> None:
        ran.append(page.url)
        dialog.dismiss()

    page.on("dialog", seen)
    raw = [text for text in PAYLOADS if "<" in text]
    for address in addresses(poisoned):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, address
        html = answer.text()
        assert not [text for text in raw if text in html], address
        assert page.evaluate(FOUND) == [], address
    assert ran == []


def test_web_2_such_texts_are_shown_as_they_were_written(page: Page, poisoned: Served) -> None:
    for place in (0, 5, 9, 19, 30, 39):
        page.goto(f"/schools/{school_of(place)}")
        assert PAYLOADS[place] in page.locator("h1").inner_text()
        told = page.inner_text("main")
        assert told.count(PAYLOADS[place]) >= 3
    assert poisoned.home in page.url


def test_web_2_what_people_write_at_work_is_shown_as_they_wrote_it(page: Page, poisoned: Served) -> None:
    """A note, a task, a view, a reason, a tick, a file, a stated fact, a token, a school's answer."""
    texts = {number: PAYLOADS[place] for place, number in zip(DECIDED, poisoned.decided, strict=True)}
    for path in ("/asks", "/queue", "/account", "/people", "/reminders", "/deadlines?later=1&size=200"):
        page.goto(path)
        shown = page.inner_text("main")
        assert [text for text in texts.values() if text not in shown] == [], path
    cookie = poisoned.cookie(POISONER)  # who drafted also states what papers need
    page.context.add_cookies([{"name": "tracker", "value": cookie, "url": poisoned.home}])
    for number, text in texts.items():
        page.goto(f"/decisions/{number}")
        shown = page.inner_text("main")
        assert shown.count(f"{text}.pdf") >= 2, number  # the names of its files
        assert shown.count(text) >= 10, number
        page.goto(f"/decisions/{number}/documents")
        fields = page.locator("main input[type=text], main textarea")
        assert text in fields.evaluate_all("all => all.map(one => one.value)"), number
    for place in DECIDED:
        page.goto(f"/reminders/leads?contract={quote(f'{place} {PAYLOADS[place]}', safe='')}")
        assert PAYLOADS[place] in page.inner_text("main")
        assert page.evaluate(FOUND) == []


def test_web_2_answers_for_programs_are_never_taken_for_pages(
    context: BrowserContext, poisoned: Served
) -> None:
    for path in (f"/api/v1/schools/{school_of(0)}", "/api/v1/needs?state=<script>", "/openapi.json"):
        answer = context.request.get(f"{poisoned.home}{path}")
        assert "json" in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
