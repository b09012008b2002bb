"""A form is read up to its limits at every route, and no further (LOD-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.safety.routes import filled_in
from tests.web.conftest import Visit
from tracker.domain.roles import Action, Role
from tracker.web.forms import FORM_FIELDS, FORM_FILES
from tracker.web.pages.enclosures import FIELDS, FILES
from tracker.web.rules import rules_of
from tracker.web.visitors import csrf_token

HEAD = a_person(Role.HEAD, "59", "71", name="head")
OF_THEIR_OWN = {"/imports": (FORM_FIELDS, 1), "/decisions/{number}/conditions": (FIELDS, FILES)}
"""Routes with other limits: how many fields, and how many files."""

READ, REFUSED = 403, 400
"""A form that was read lacks the token; one beyond a limit is refused before that is seen."""

RIGHT = ([READ, REFUSED, REFUSED], [READ, REFUSED, READ, REFUSED])


@pytest.fixture
def senders(filled: Engine, visit: Visit) -> Iterator[Mapping[str, TestClient]]:
    """A head and an administrator: one of them may send each form. Neither sends the token of a page."""
    made = {each.name: visit(filled, raises=False, person=each) for each in (HEAD, ADMIN)}
    with ExitStack() as open_ones:
        for client in made.values():
            client.follow_redirects = False
            del client.headers["x-csrf-token"]
            open_ones.enter_context(client)
        yield made


def sender_of(senders: Mapping[str, TestClient], action: Action | None) -> TestClient:
    """Whoever may do it."""
    return senders[(HEAD if action is None or HEAD.may(action) else ADMIN).name]


def statuses(client: TestClient, path: str, fields: int, files: int) -> list[int]:
    """The answers to as many fields and files as may be sent, and to one more of each."""
    file, kind = ("file", ("f.csv", b"x")), {"content-type": "application/x-www-form-urlencoded"}
    found = [client.post(path, content=b"a=&" * (fields + more), headers=kind).status_code for more in (0, 1)]
    if files:
        found.append(client.post(path, files=[file] * files).status_code)
    return [*found, client.post(path, files=[file] * (files + 1)).status_code]


def test_lod_5_every_route_reads_a_form_up_to_its_limits_and_refuses_one_more(
    senders: Mapping[str, TestClient],
) -> None:
    client = senders[HEAD.name]
    found = {}
    for path, method, action in rules_of(client.app):  # type: ignore[arg-type]  # the app is ours
        if method == "POST":
            fields, files = OF_THEIR_OWN.get(path, (FORM_FIELDS, FORM_FILES))
            found[path] = statuses(sender_of(senders, action), filled_in(path), fields, files)
    assert {"/exports/queue", "/purchases", "/corrections", "/decisions/{number}/conditions"} <= set(found)
    assert {path: said for path, said in found.items() if said not in RIGHT} == {}


def test_a_draft_for_as_many_needs_as_the_queue_lists_is_taken_with_the_word_of_each_supplier(
    senders: Mapping[str, TestClient],
) -> None:
    client = senders[HEAD.name]
    needs = [f"channel {number:012d}" for number in range(500)]
    sent = {"need": needs, "agreed": needs, "csrf": csrf_token(client.cookies["tracker"])}
    assert client.post("/suggestions/drafts", data=sent).status_code == 200
