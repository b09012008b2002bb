"""What people type into forms is text as well: each field of each form of the routes (WEB-7, WEB-13)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from shutil import copyfile
from types import ModuleType

import pytest
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.regions.doors import decision_on
from tests.safety.payloads import PAYLOADS, ROWS
from tests.safety.routes import BY_HAND, Form, asked_by_name, dump, forms_of
from tests.safety.test_queries import within
from tests.web.conftest import Visit
from tests.web.register import COVERED, FAILED, NOW, STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ConditionId, Language, Service
from tracker.store import asks
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import NEED, SCHOOL
from tracker.web.pages import corrections, purchases

DIGITS = "9" * 5_000
"""More than Python turns into a number, and than any column holds."""

PARTS = 3
"""Into how many parts the classes of texts are shared out at most among forms that ask for the same."""

GOOD = {
    "school_id": STALLED, "service": "channel", "kind": "contracts", "number": "1", "numbers": "1",
    "need": f"channel {STALLED}", "case": f"0 {STALLED}", "decision": "1:1", "pick": f"channel:{COVERED}",
    "begin_by": "2027-01-22", "reason": "asked for", "why": "asked for", "revision": "1", "price": "1000",
    "deed": "return", "text": "read this", "name": "mine", "query": "mine=1", "format": "csv",
    "condition": "head_decision", "note": "seen", "paper": "folder 3", "hold": "acknowledged",
    "identity": f'["{STALLED}", "channel"]', "contract": "K-1", "plain": "30", "seen": "x",
    "value_end_on": "2027-01-31", "channel": "yes", "contract_number": "K-9", "signed_on": "2027-01-15",
    "start_on": "2027-01-05", "end_on": "2027-02-10", "amount": "1000", "supplier_name": "Firm",
    "role": "officer", "region": "59", "email": "new@example.kz", "to": "1", "head": "Director",
}  # fmt: skip
"""What stands in the other fields, so that a form is read to its end."""


HEAD = a_person(Role.HEAD, "59", "71", name="head")
DRAFTER = a_person(Role.REVIEWER, "59", "71", name="drafter")


@dataclass(frozen=True)
class Senders:
    """Somebody for each form who may send it."""

    head: TestClient
    admin: TestClient

    @classmethod
    def of(cls, engine: Engine, visit: Visit) -> Senders:
        """Both before a server over a database."""
        made = cls(*(visit(engine, Language.EN, raises=False, person=each) for each in (HEAD, ADMIN)))
        made.head.follow_redirects = made.admin.follow_redirects = False
        return made

    def send(self, form: Form, data: Mapping[str, str], key: str = "unknown") -> int:
        """The status of the answer."""
        client = self.head if form.action is None or HEAD.may(form.action) else self.admin
        return client.post(form.path.replace("/unknown", f"/{key}"), data=data).status_code


@pytest.fixture
def senders(filled: Engine, visit: Visit) -> Senders:
    """A head and an administrator, and a draft of somebody else's that is the first of all decisions."""
    assert decision_on(filled, FAILED, DRAFTER, "waits") == 1
    return Senders.of(filled, visit)


def link_of(engine: Engine) -> str:
    """A living link to a school."""
    with transaction(engine, seeing=EVERYTHING) as session:
        return asks.add_ask(session, STALLED, Service.CHANNEL, actor="person:1", at=NOW)[0]


def counts(engine: Engine) -> list[int | None]:
    """How many schools and needs there are."""
    with reading(engine, seeing=EVERYTHING) as session:
        return [
            session.scalar(select(func.count()).where(table.c.superseded_seq.is_(None)))
            for table in (SCHOOL, NEED)
        ]


def test_web_7_no_field_of_a_form_carries_anything_but_text(filled: Engine, senders: Senders) -> None:
    """Each field in turn: a text of each class that somewhere is more than text, another one each time.

    What several forms call the same is asked a half or a third of the classes in each, the rest in the next.
    """
    forms, before, rows = forms_of(senders.head), counts(filled), cycle(ROWS)
    assert {"/corrections", "/cases/notes", "/asks", "/decisions/1/price"} <= {form.path for form in forms}
    times = Counter(name for form in forms for name in form.fields)
    turns = {name: cycle(range(min(number, PARTS))) for name, number in times.items()}
    key, faults = link_of(filled), []
    for form in forms:
        good = {name: GOOD.get(name, "") for name in form.fields}
        for name in form.fields:
            share = slice(next(turns[name]), None, min(times[name], PARTS))
            for text in (DIGITS, *next(rows)[share]):
                status = senders.send(form, {**good, name: text}, key)
                assert status != 403, form
                if status >= 500:
                    faults.append((form.path, name, text[:40], status))
    assert faults == []
    assert counts(filled) == before


def test_web_7_no_place_for_a_file_of_the_checklist_carries_anything_but_text(
    filled: Engine, senders: Senders
) -> None:
    """Each condition's place in turn, with odd names, and with a word where a file should be."""
    before, turn = counts(filled), cycle(PAYLOADS)
    path, data = "/decisions/1/conditions", {"condition": "head_decision", "revision": "1"}
    for condition in (*ConditionId, "unknown"):
        place, text = f"file-{condition}", next(turn)
        sent = {place: (text, b"%PDF-1.7 no paper", "application/pdf")}
        assert senders.head.post(path, data=data, files=sent).status_code < 500, (place, text)
        assert senders.head.post(path, data=data | {place: text}).status_code < 500, (place, text)
    assert counts(filled) == before


@pytest.mark.parametrize(("path", "page"), [("/corrections", corrections), ("/purchases", purchases)])
def test_every_field_that_a_form_read_whole_asks_for_is_tried(path: str, page: ModuleType) -> None:
    assert asked_by_name(page) - set(BY_HAND[path]) == set()


def test_web_13_a_long_text_in_a_field_is_answered_or_refused_at_once(senders: Senders) -> None:
    """Every field of a form at once is as long as a form may be read."""
    with within(60):
        for form in forms_of(senders.head):
            for sign in ("a", " ", "1,", "«"):
                sent = dict.fromkeys(form.fields, sign * (100_000 // len(form.fields) // len(sign)))
                assert senders.send(form, sent) < 500, (form.path, sign)


KEPT_TO_ITSELF = {
    "region_id": "71", "role": "admin", "id": "424242", "created_by": "person:424242", "status": "approved",
    "recorded_at": "1999-09-09T09:09:09Z", "is_admin": "1",
}  # fmt: skip
"""What the program says itself, by names that a form must not be able to say (RGN-5)."""

BY_CHANCE = re.compile(r"[0-9A-Za-z_+/=-]{20,}")
"""Secrets, digests and what is reckoned of them: others in every database."""


def kept(engine: Engine) -> list[str]:
    """Everything that a database holds, without what is of chance."""
    return [BY_CHANCE.sub("", line) for line in dump(engine)]


def test_rgn_5_what_the_program_keeps_for_itself_is_not_said_by_any_form(
    filled: Engine, visit: Visit, tmp_path: Path
) -> None:
    """Two databases that were alike stay alike, though all forms that one is sent say more."""
    assert decision_on(filled, FAILED, DRAFTER, "waits") == 1
    copyfile(tmp_path / "tracker.db", tmp_path / "other.db")
    other, seen = make_engine(f"sqlite:///{tmp_path / 'other.db'}"), []
    senders, plain = Senders.of(filled, visit), Senders.of(other, visit)
    for form in forms_of(senders.head):
        good = {name: GOOD.get(name, "") for name in form.fields}
        sent = {name: text for name, text in KEPT_TO_ITSELF.items() if name not in form.fields} | good
        told, expected = senders.send(form, sent, link_of(filled)), plain.send(form, good, link_of(other))
        assert told == expected, form
        seen.append(told)
    assert {303, 200} <= set(seen)
    assert kept(filled) == kept(other)
    other.dispose()
