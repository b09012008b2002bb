"""What others than an administrator are shown: drafting, approving, own settings, forms that are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.served import REVIEWER, Served
from tests.people import ADMIN, a_person
from tests.web.register import COVERED, FAILED, INTERIM, STALLED
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Role

HEAD = a_person(Role.HEAD, "59", name="walker")
OFFICER = a_person(Role.OFFICER, name="walking-officer", reach=Reach(schools=frozenset({STALLED, FAILED})))
MINISTRY, AUDITOR = a_person(Role.MINISTRY), a_person(Role.AUDITOR)
BARE = a_person(Role.HEAD, name="nowhere")
"""Somebody who was given nothing yet."""

SEND = """([action, fields]) => {
    const form = document.querySelector(`form[method=post][action="${action}"]`)
        ?? document.querySelector("form[method=post]");
    for (const [name, value] of Object.entries(fields)) {
        form.querySelectorAll(`[name="${name}"]`).forEach(one => one.remove());
        const given = Object.assign(document.createElement("input"), {type: "hidden", name, value});
        form.append(given);
    }
    form.action = action;
    HTMLFormElement.prototype.submit.call(form);
}"""
"""Sends a form of the page with some fields otherwise, whatever the browser would say of them."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as somebody is shown it; with ``action`` what comes of its form, sent with these ``fields``."""

    person: Person | None
    path: str
    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How faults name it."""
        who = self.person.role.value if self.person else "nobody"
        return f"{who} {self.path}{' → ' + self.action if self.action else ''}"

    def show(self, page: Page) -> None:
        """Open it."""
        page.goto(self.path)
        if self.action:
            with page.expect_navigation():
                page.evaluate(SEND, [self.action, dict(self.fields)])


def sights(country: Served) -> tuple[Sight, ...]:
    """All of them; nothing of what is sent changes anything."""
    given = country.examples()
    return (*_pages(given), *_of_drafting(given), *_ahead(given), *_refused(given), *_before(given))


def _pages(given: Mapping[str, str]) -> tuple[Sight, ...]:
    decision, school = f"/decisions/{given['decision']}", f"/schools/{STALLED}"
    papers, leads = f"{decision}/documents", "/reminders/leads?contract=K-2"
    seen: Mapping[Person, tuple[str, ...]] = {
        HEAD: ("/", "/queue", "/reminders", leads, school, decision, papers),
        REVIEWER: (decision, papers, "/queue?mine=1"),
        OFFICER: ("/", school, "/suggestions", decision),
        MINISTRY: ("/queue",),
        AUDITOR: (decision,),
        BARE: ("/", "/suggestions"),
    }
    return tuple(Sight(person, path) for person, paths in seen.items() for path in paths)


def _of_drafting(given: Mapping[str, str]) -> tuple[Sight, ...]:
    own = tuple(f"/suggestions/{each}" for each in (FAILED, STALLED, INTERIM, COVERED))
    chosen = {"need": f"channel {STALLED}"}
    return (
        *(Sight(HEAD, path) for path in ("/suggestions", *own)),
        *(Sight(HEAD, f"{own[1]}?agreed={agreed}") for agreed in ("yes", "no", "unsaid")),
        Sight(HEAD, f"{own[1]}?route=interim.single_source"),
        Sight(HEAD, "/suggestions", "/suggestions", chosen),
        Sight(HEAD, "/suggestions", "/suggestions/approving", {"decision": f"{given['decision']}:1"}),
    )


def _ahead(given: Mapping[str, str]) -> tuple[Sight, ...]:
    """What would come of an act before it is done, and what has changed since its page was opened."""
    line = f"/corrections?kind=contracts&school_id={STALLED}&number=K-2"
    later = {"value_end_on": "2027-06-30", "reason": "хат бойынша"}
    due = json.dumps([STALLED, "channel", "stage_due", "T-2", "evaluation"])
    decision, agreed = f"/decisions/{given['decision']}", {"deed": "approve", "reason": "келісемін"}
    return (
        Sight(HEAD, "/deadlines", "/deadlines/put-off", {"line": due}),
        Sight(HEAD, "/deadlines", "/deadlines/put-off"),
        Sight(HEAD, "/queue", "/asks/many", {"need": f"channel {STALLED}"}),
        Sight(HEAD, line, "/corrections", {**later, "deed": "try"}),
        Sight(HEAD, line, "/corrections", {**later, "seen": "0" * 16}),
        Sight(HEAD, decision, f"{decision}/verdict", {**agreed, "revision": "1", "shown": "2020-01-01 0"}),
        Sight(HEAD, decision, f"{decision}/verdict", {**agreed, "revision": "0"}),
    )


def _refused(given: Mapping[str, str]) -> tuple[Sight, ...]:
    decision, number = f"/decisions/{given['decision']}", "contract=K-2"
    line = f"/corrections?kind=contracts&school_id={STALLED}&number=K-2"
    own = f"/suggestions/{STALLED}"
    return (
        Sight(HEAD, f"{own}?route=interim.single_source", own, {"shown": "2020-01-01 0"}),
        Sight(REVIEWER, decision, decision, {"deed": "send_again", "reason": "", "revision": "9"}),
        Sight(REVIEWER, decision, f"{decision}/price", {"price": "көп", "revision": "1"}),
        Sight(HEAD, decision, f"{decision}/verdict", {"deed": "approve", "reason": "", "revision": "1"}),
        Sight(HEAD, line, "/corrections", {"value_end_on": "кеше", "reason": "қате", "deed": "try"}),
        Sight(HEAD, f"/purchases/{STALLED}", "/purchases", {"day": "ертең"}),
        Sight(HEAD, "/cliff", "/cliff/ask", {"pick": f"channel:{STALLED}", "begin_by": "2020-01-01"}),
        Sight(HEAD, "/imports", "/imports", {"kind": "schools"}),
        Sight(HEAD, "/deadlines", "/deadlines/hold", {"hold": "acknowledged", "reason": ""}),
        Sight(HEAD, f"/reminders/leads?{number}", "/reminders/leads", {"plain": "жүз", "reason": ""}),
        Sight(HEAD, "/reminders", "/reminders/substitutes", {"email": "x", "first": "", "last": ""}),
        Sight(HEAD, "/account", "/account/telephone", {"telephone": "жоқ"}),
        Sight(HEAD, f"/schools/{STALLED}", "/cases/notes", {"text": ""}),
        Sight(ADMIN, "/people/new", "/people", {"email": "жоқ", "name": "", "role": "head"}),
        Sight(HEAD, "/queue?state=fine"),
    )


def _before(given: Mapping[str, str]) -> tuple[Sight, ...]:
    welcome, answer = f"/welcome/{given['secret']}", f"/answer/{given['key']}"
    return (
        Sight(None, "/sign-in", "/sign-in", {"email": "nobody@example.kz", "password": "болжам"}),
        Sight(None, welcome),
        Sight(None, welcome, welcome, {"password": "1", "again": "2"}),
        Sight(None, answer),
        Sight(None, answer, answer, {"channel": ""}),
    )
