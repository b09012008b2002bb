"""Texts of others that would be markup or script are shown as they were written, on every page (WEB-2)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from sqlalchemy import Engine

from tests.browser.served import Served, served
from tests.people import ADMIN, a_person
from tests.regions.doors import decision_on, number_of
from tests.store.rows import record
from tests.web.register import NOW, RECORDED_AT, a_contract, a_school, day, small_country
from tracker.clock import legal_day
from tracker.domain.acts import Act
from tracker.domain.asking import Channel, SchoolAnswer
from tracker.domain.decision_records import Tick
from tracker.domain.drafts import GivenName
from tracker.domain.holds import Hold, HoldKind, Seen
from tracker.domain.leads import lead_named
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
from tracker.services.evaluating import Book, evaluate
from tracker.store import (
    asks,
    case_changes,
    deciding,
    givens,
    holds,
    journal,
    own_leads,
    people,
    uploads,
    views,
)
from tracker.store.engine import make_engine, transaction
from tracker.store.scope import EVERYTHING

PAYLOADS = (
    "<script>alert(1)</script>", '"><script>alert(1)</script>', "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<body onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<iframe src=javascript:alert(1)>", "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>", "<object data=javascript:alert(1)>", "<embed src=data:text/html,x>",
    "<style>*{background:url(//evil.example)}</style>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x</button></form>", "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>", "<video><source onerror=alert(1)></video>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>", "]]><script>alert(1)</script>", "{{7*7}}{% set x = 1 %}", "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "\\u003cscript\\u003ealert(1)",
    "＜script＞alert(1)＜/script＞", "<scr\u200bipt>alert(1)</script>", "\u202e<script>alert(1)</script>",
    "<img src=`x`onerror=alert(1)>", "`-alert(1)-`\"'><b data-canary>",
    "\" hx-get='/metrics' hx-trigger='load' x=\"'><b data-canary hx-get='/metrics' hx-on:click='alert(1)'>",
)  # fmt: skip
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', 
    e => window.broken.push(e.violatedDirective + ' ' + e.sample));
"""
FOUND = """[...window.broken, ...[...document.querySelectorAll(
    '[data-canary], [hx-get], [hx-trigger]')].map(one => one.outerHTML)]"""


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
                session, email=f"{place}{text}", name=text, role=Role.OFFICER, reach=ADMIN.reach, at=NOW
            )
            detail = {"file": text, text: text, "reason": text, "address": text, "rows": place}
            counted = dict.fromkeys(("read", "new", "changed", "same", "rejected"), 1)
            for act in (Act.IMPORT, Act.REFUSED, Act.EXPORT):
                about = RegisterKind.SCHOOLS if act is Act.IMPORT else text
                journal.append(
                    session, at=NOW, actor=text, action=act, subject=about, detail={**detail, **counted}
                )
            assert person


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
            views.keep(session, person, f"{place} {text}", f"q={text}", at=NOW)
            own_leads.give(session, which, [lead_named("30d")], reason=text, person=person, at=NOW)
            holds.add_hold(session, hold_of(school, person, text), at=NOW)
            secret, _ = asks.add_ask(session, school, Service.CHANNEL, actor=f"person:{person}", at=NOW)
            said = SchoolAnswer(Channel.YES, text, None, None, text, text)
            asks.take_answer(session, secret, said, at=NOW)
    return tuple(decide(engine, place, person) for place in DECIDED)


def hold_of(school: str, person: int, text: str) -> Hold:
    """A hold on the end of a school's service, for a reason."""
    nothing = Seen(None, False, Consequence.SERVICE_LOST, None, False)
    identity, until = (school, Service.CHANNEL), day("2027-02-14")
    return Hold(
        HoldKind.ACKNOWLEDGED, DeadlineKind.COVER_END, identity, person, legal_day(NOW), until, text,
        nothing, school,
    )  # fmt: skip


def decide(engine: Engine, place: int, person: int) -> int:
    """A draft with harm in its reason, in a tick, in its price and in what was stated for its papers."""
    text, number = PAYLOADS[place], decision_on(engine, school_of(place), POISONER, PAYLOADS[place])
    tick = Tick(ConditionId.HEAD_DECISION, person, "", NOW, text, text)
    with transaction(engine, seeing=EVERYTHING) as session:
        deciding.tick(session, number, tick)
        givens.give(session, number, "", dict.fromkeys(GivenName, text), person_id=person, at=NOW)
    return number


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
    decisions = poison_work(engine)
    with served(engine) as server:
        server.decided = decisions
        yield server
    engine.dispose()


@pytest.fixture
def context(browser: Browser, poisoned: Served) -> Iterator[BrowserContext]:
    """An administrator's browser whose own name and device are harm as well."""
    text = PAYLOADS[0]
    cookie = poisoned.cookie(replace(ADMIN, email="poisoned@example.kz", name=text))
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
    data = f'school_id;name;"{PAYLOADS[5]}"\n{lines}{PAYLOADS[9]};;\n'.encode()
    with transaction(poisoned.engine) as session:
        number = people.number_of(session, "poisoned@example.kz")
        assert number is not None
        token = uploads.keep(
            session, RegisterKind.SCHOOLS, data, filename=f"{PAYLOADS[5]}.csv", at=NOW, person_id=number
        )
    return f"/imports/{token}"


def addresses(poisoned: Served) -> Iterator[str]:
    """Every page that there is, the page of every poisoned school, and questions that are harm themselves."""
    yield from (
        path for path in poisoned.pages() if not path.startswith(("/sign-in", "/welcome", "/imports/"))
    )
    yield uploaded(poisoned)
    yield from (f"/schools/{school_of(place)}" for place in range(len(PAYLOADS)))
    yield from ("/schools?size=200", "/queue?size=200", "/?region=59", "/deadlines?later=1&size=200")
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
    """A note, a view's name, a reason, a tick, a stated fact and a school's answer."""
    texts = {number: PAYLOADS[place] for place, number in zip(DECIDED, poisoned.decided, strict=True)}
    for path in ("/asks", "/queue"):
        page.goto(path)
        shown = page.inner_text("main")
        assert [text for text in texts.values() if text not in shown] == [], path
    cookie = poisoned.cookie(POISONER)  # who drafted also states what papers need
    page.context.add_cookies([{"name": "tracker", "value": cookie, "url": poisoned.home}])
    for number, text in texts.items():
        page.goto(f"/decisions/{number}")
        assert text in page.inner_text("main"), number
        page.goto(f"/decisions/{number}/documents")
        fields = page.locator("main input[type=text], main textarea")
        assert text in fields.evaluate_all("all => all.map(one => one.value)"), number


def test_web_2_answers_for_programs_are_never_taken_for_pages(
    context: BrowserContext, poisoned: Served
) -> None:
    for path in (f"/api/v1/schools/{school_of(0)}", "/api/v1/needs?state=<script>", "/openapi.json"):
        answer = context.request.get(f"{poisoned.home}{path}")
        assert "json" in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
