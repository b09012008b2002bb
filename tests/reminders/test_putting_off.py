"""Many deadlines are put off at once: looked at first, bounded as one is, with a row for each (row 31)."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.conftest import filled as filled  # the fixtures of pages
from tests.web.conftest import filled_sqlite as filled_sqlite
from tests.web.conftest import visit as visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, INTERIM, NOW, STALLED, UNKNOWN
from tracker.domain.acts import Act
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.store import holds, journal
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

SAY = load_catalogs()[Language.EN]
REVIEWER = a_person(Role.REVIEWER, "59")
PATH = "/deadlines/put-off"


@pytest.fixture
def client(filled: Engine, visit: Visit) -> TestClient:
    """A reviewer of the region."""
    return visit(filled, Language.EN, person=REVIEWER)


def lines(client: TestClient, path: str = "/deadlines?later=1") -> list[str]:
    """What the boxes of a page of deadlines would send."""
    return [unescape(each) for each in re.findall(r'name="line" value="([^"]*)"', client.get(path).text)]


def kept(engine: Engine) -> list[tuple[str | None, str, str]]:
    """The holds: on which school, why, until when."""
    with reading(engine, seeing=EVERYTHING) as session:
        found = holds.holds(session, since=NOW.date())
    return [(each.school_id, each.reason, each.back_on.isoformat()) for each in found]


def test_what_can_be_put_off_is_and_the_rest_is_named_with_its_reason(
    filled: Engine, client: TestClient
) -> None:
    chosen = [*lines(client), json.dumps([UNKNOWN, "channel", "cover_end", "x"])]  # and one of another region
    shown = client.post(PATH, data={"line": chosen, "asked": "later=1"})
    free = int(re.findall(r'class="lead">(\d+)', shown.text)[0])
    assert (shown.status_code, 2 < free < len(chosen)) == (200, True)
    assert kept(filled) == []  # so far it was looked at
    again = [unescape(each) for each in re.findall(r'name="line" value="([^"]*)"', shown.text)]
    assert again == list(dict.fromkeys(chosen))
    done = client.post(PATH, data={"line": again, "reason": " agreed ", "back_on": ""})
    said = text_of(done.text)
    assert SAY.count("put_off.done", free) in said
    assert SAY.count("put_off.left", len(again) - free) in said
    assert SAY.say("error.hold_refused.too_late") in said
    assert SAY.say("error.not_found") in said
    assert len(kept(filled)) == free
    assert all(reason == "agreed" and until <= "2027-01-22" for _, reason, until in kept(filled))
    with reading(filled) as session:
        snoozed = [each for each in journal.entries(session) if each.action == Act.SNOOZED]
    assert len(snoozed) == free
    assert client.get("/deadlines?later=1").text.count("agreed") == free


def test_each_is_bounded_as_one_is_and_what_is_beyond_stays_as_it_was(
    filled: Engine, client: TestClient
) -> None:
    chosen = [
        each
        for each in lines(client)
        if any(s in each for s in (COVERED, ENDING, INTERIM)) and "cover" in each
    ]
    done = client.post(PATH, data={"line": chosen, "reason": "x", "back_on": "2027-02-10"})
    assert done.status_code == 200
    late = [school for school, _, _ in kept(filled) if school in (ENDING, INTERIM)]
    assert (late, kept(filled)) == ([], [(COVERED, "x", "2027-02-10")])
    assert "31.01.2027" in done.text  # until when the others could have been


def test_a_form_without_a_reason_or_with_a_day_that_is_none_keeps_what_was_typed(
    filled: Engine, client: TestClient
) -> None:
    good = {"line": lines(client), "reason": "agreed", "back_on": "2027-01-20"}
    wrong = {"reason": " "}, {"reason": "x" * 501}, {"back_on": "2027-01-15"}, {"back_on": "2028-01-01"}
    for form in ({**good, **each} for each in wrong):
        answer = client.post(PATH, data=form)
        assert (answer.status_code, f'value="{form["back_on"]}"' in answer.text) == (400, True)
    assert kept(filled) == []


def test_nothing_chosen_is_said_and_what_is_no_deadline_refused(client: TestClient) -> None:
    assert SAY.say("put_off.none") in client.post(PATH, data={}).text
    for odd in ("x", "[]", "[1,2,3]", '["S","y","z"]', f'["{STALLED}","channel","cover_end",1]', "[" * 9000):
        assert client.post(PATH, data={"line": odd, "reason": "x"}).status_code == 400
