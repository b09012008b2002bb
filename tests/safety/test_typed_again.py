"""Whatever is refused, what was typed stands in the form again: every form of every page, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from tests.deciding.office import Office
from tests.web.conftest import Visit
from tests.web.forms import PageForm, forms_on
from tests.web.register import COVERED, FAILED, STALLED
from tracker.domain.decisions import Deed
from tracker.domain.vocabulary import Language

PAGES = (
    "/cliff?begun=any", f"/schools/{STALLED}?from=queue", f"/purchases/{STALLED}", "/reminders",
    f"/corrections?kind=contracts&school_id={COVERED}&number=K-1&service=channel", "/account", "/deadlines",
    "/reminders/leads?contract=K-1", f"/suggestions/{STALLED}?agreed=no",
    f"/what-if/{STALLED}?interim_from=2027-01-18&interim_until=2027-02-17",
)  # fmt: skip
LONG = "x" * 6000
"""Longer than any text that is kept, and no day, number or address."""

ONCE = frozenset({"name"})
"""Fields whose form does not let more be typed than is kept: what is longer is sent by no person."""

EACH = 2
"""Fields of one form that are wrong in turn."""


def spoilt(form: PageForm) -> Iterator[dict[str, list[str]]]:
    """The form as a person sends it, each time with something else in it that is wrong."""
    for wrong in sorted(form.typed - ONCE)[:EACH]:
        sent = {name: list(values) for name, values in form.sent.items()}
        for name in form.typed & {"reason", "why", "text", "email", "supplier_name"}:
            sent[name] = [f"typed as {name}"]
        yield sent | {wrong: [LONG] * len(sent[wrong])}


def lost(form: PageForm, sent: dict[str, list[str]], page: str) -> list[str]:
    """What was typed and stands in no form of the page."""
    again = {(name, value) for each in forms_on(page) for name, of in each.sent.items() for value in of}
    typed = ((name, value) for name in sorted(form.typed) for value in sent[name] if value.strip())
    return [name for name, value in typed if (name, value) not in again]


def test_what_was_typed_beside_what_is_refused_is_not_lost(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    waits, approved = (office.drafted("aigul", school).number for school in (STALLED, FAILED))
    office.decide("bolat", approved, Deed.APPROVE)
    client = visit(filled, Language.EN, person=office.person("asel"))
    refused: dict[str, list[str]] = {}
    seen = set()
    for path in (*PAGES, f"/decisions/{waits}", f"/decisions/{approved}"):
        for form in forms_on(client.get(path).text):
            if (form.action, *sorted(form.typed)) in seen:
                continue
            seen.add((form.action, *sorted(form.typed)))
            for sent in spoilt(form):
                answer = client.post(form.action, data=sent, follow_redirects=False)
                if answer.status_code in (400, 409):
                    refused.setdefault(form.action, []).extend(lost(form, sent, answer.text))
    assert {action: names for action, names in refused.items() if names} == {}
    assert len(refused) >= 10, sorted(refused)
