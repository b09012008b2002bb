"""What people type into forms is text as well: each field of each form of the routes (WEB-7, WEB-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice

import pytest
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.regions.doors import decision_on
from tests.safety.routes import Form, forms_of
from tests.safety.test_queries import PAYLOADS, within
from tests.web.conftest import Visit
from tests.web.register import COVERED, FAILED, NOW, STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, Service
from tracker.store import asks
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import NEED, SCHOOL

DIGITS = "9" * 5_000
"""More than Python turns into a number, and than any column holds."""

ODD = (
    "²", "٣", "-1", "1e999", "NaN", "Infinity", "0x10", "1_0", "99999999999999999999", "0000-00-00",
    "2027-02-30", "9999-12-31", "0001-01-01", "1:2:3", ":", " ", "\x00", "\u202e", "[]", "null", "a\r\nb",
)  # fmt: skip
EACH = 6
"""How many of these each field is sent besides the digits, in turn."""

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

    def send(self, form: Form, data: Mapping[str, str], key: str = "unknown") -> int:
        """The status of the answer."""
        client = self.head if form.action is None or HEAD.may(form.action) else self.admin
        return client.post(form.path.replace("/unknown", f"/{key}"), data=data).status_code


@pytest.fixture
def senders(filled: Engine, visit: Visit) -> Senders:
    """A head and an administrator, and a draft of somebody else's that is the first of all decisions."""
    assert decision_on(filled, FAILED, DRAFTER, "waits") == 1
    made = Senders(*(visit(filled, Language.EN, raises=False, person=each) for each in (HEAD, ADMIN)))
    made.head.follow_redirects = made.admin.follow_redirects = False
    return made


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
    forms, before, turn = forms_of(senders.head), counts(filled), cycle((*ODD, *PAYLOADS))
    assert {"/corrections", "/cases/notes", "/asks", "/decisions/1/price"} <= {form.path for form in forms}
    key, faults = link_of(filled), []
    for form in forms:
        good = {name: GOOD.get(name, "") for name in form.fields}
        for name in form.fields:
            for text in (DIGITS, *islice(turn, EACH)):
                status = senders.send(form, {**good, name: text}, key)
                assert status != 403, form
                if status >= 500:
                    faults.append((form.path, name, text[:40], status))
    assert faults == []
    assert counts(filled) == before


def test_web_13_a_long_text_in_a_field_is_answered_or_refused_at_once(senders: Senders) -> None:
    """Every field of a form at once is as long as a form may be read."""
    with within(60):
        for form in forms_of(senders.head):
            for sign in ("a", " ", "1,", "«"):
                sent = dict.fromkeys(form.fields, sign * (100_000 // len(form.fields) // len(sign)))
                assert senders.send(form, sent) < 500, (form.path, sign)
