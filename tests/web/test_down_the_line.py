"""One works down the queue: each row leads to its step, after each deed the next case is there (row 8)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import Office
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.forms import PageForm, forms_on
from tests.web.reading import links_of
from tests.web.register import FAILED, INTERIM, OVERLAP, STALLED, USED_UP
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs

SAY = load_catalogs()[Language.RU].say
LINE = "sort=school&region=59"
BY_NAME = [STALLED, INTERIM, OVERLAP, FAILED]
"""The schools of that line, the first four."""


@pytest.fixture
def aigul(filled: Engine, visit: Visit) -> TestClient:
    """A reviewer of the region."""
    return visit(filled, Language.RU, person=a_person(Role.REVIEWER, "59", name="aigul"))


def ways(page: str, start: str) -> list[str]:
    """The addresses on a page that begin so."""
    return list(dict.fromkeys(address for _, address in links_of(page) if address.startswith(start)))


def steps(page: str) -> dict[str, str]:
    """Where the next step of each row of the queue leads, by its school; empty where it is no link."""
    rows = page.partition("<tbody>")[2].split("</tr>")[:-1]
    found = {}
    for row in rows:
        cell = row.rpartition(f'<td data-label="{SAY("column.next_step")}">')[2]
        way = re.match('<a href="([^"]+)"', cell)
        found[re.findall(r"/schools/(\d+)", row)[0]] = unescape(way[1]) if way else ""
    return found


def form_on(page: str, action: str) -> PageForm:
    """The form of a page that is sent there."""
    return next(form for form in forms_on(page) if form.action.partition("?")[0] == action)


def done(client: TestClient, page: str, action: str, **typed: str) -> str:
    """Send a form as its page offers it, but for what is typed; the page that follows."""
    form = form_on(page, action)
    answer = client.post(form.action, data={**form.sent, **typed})
    assert answer.status_code == 200, answer.text
    return answer.text


def goes_on(page: str, school_id: str) -> bool:
    """Whether a page leads to this school as to the next of the same line."""
    (way,) = [address for words, address in links_of(page) if words == SAY("place.next")]
    return way == f"/schools/{school_id}?from=queue&region=59&sort=school"


def test_the_next_step_of_each_row_leads_to_where_it_is_done(
    filled: Engine, visit: Visit, aigul: TestClient
) -> None:
    found = steps(aigul.get("/queue").text)
    carried = "line=from%3Dqueue"
    assert found[STALLED] == f"/suggestions/{STALLED}?service=channel&{carried}"
    assert found[USED_UP] == f"/purchases/{USED_UP}?service=channel&{carried}"
    assert found[OVERLAP] == f"/schools/{OVERLAP}?from=queue#records"
    assert all(aigul.get(way).status_code == 200 for way in found.values() if way)
    form = form_on(aigul.get(found[STALLED]).text, f"/suggestions/{STALLED}")
    aigul.post(form.action, data=form.sent)
    assert steps(aigul.get("/queue").text)[STALLED] == f"/decisions/1?{carried}"
    auditor = visit(filled, Language.RU, person=a_person(Role.AUDITOR))
    read = steps(auditor.get("/queue").text)
    assert (read[FAILED], read[USED_UP]) == ("", "")
    assert not any(steps(aigul.get("/queue?on=2027-01-18").text).values())


def test_after_each_deed_the_next_case_of_the_line_is_there(aigul: TestClient) -> None:
    first, second, third, fourth = BY_NAME
    drafting = aigul.get(steps(aigul.get(f"/queue?{LINE}").text)[first]).text
    assert goes_on(drafting, second)
    asked = aigul.get(ways(drafting, f"/suggestions/{first}?service=channel&agreed=no")[0]).text
    assert goes_on(asked, second)
    decided = done(aigul, drafting, f"/suggestions/{first}")
    assert 'action="/decisions/1' in decided
    assert goes_on(decided, second)
    assert goes_on(done(aigul, decided, "/decisions/1/conditions"), second)

    school = aigul.get(f"/schools/{second}?from=queue&{LINE}").text
    purchase = aigul.get(ways(school, f"/purchases/{second}")[0]).text
    assert goes_on(purchase, third)
    assert goes_on(done(aigul, purchase, "/purchases"), third)
    stopped = aigul.get(ways(purchase, f"/purchases/{second}?service=channel&number=T-3")[-1]).text
    assert goes_on(stopped, third)

    school = aigul.get(f"/schools/{third}?from=queue&{LINE}").text
    correcting = aigul.get(ways(school, "/corrections?kind=schools")[0]).text
    assert goes_on(correcting, fourth)
    tried = done(aigul, correcting, "/corrections", value_address="1", reason="жаңа", deed="try")
    corrected = done(aigul, tried, "/corrections", deed="")
    assert SAY("correction.done") in corrected
    assert goes_on(corrected, fourth)

    supposed = aigul.get(f"{ways(school, f'/what-if/{third}')[0]}&cover_until=2027-03-01").text
    assert goes_on(supposed, fourth)
    assert goes_on(done(aigul, supposed, "/cases/tasks"), fourth)


def test_whoever_approves_the_last_that_waits_stays_where_the_next_case_is_named(
    filled: Engine, visit: Visit
) -> None:
    number = Office(filled).drafted("asel", STALLED).number
    head = visit(filled, Language.RU, person=a_person(Role.HEAD, "59", name="head"))
    page = head.get(ways(head.get(f"/queue?{LINE}").text, f"/decisions/{number}")[0]).text
    approved = done(head, page, f"/decisions/{number}/verdict", deed="approve")
    assert SAY("decision.serves_nobody") in approved
    assert goes_on(approved, INTERIM)


def test_where_one_came_from_elsewhere_no_line_is_named_and_of_a_line_only_its_own_fields_are_taken(
    aigul: TestClient,
) -> None:
    for path in (f"/suggestions/{STALLED}", f"/purchases/{STALLED}", f"/what-if/{STALLED}"):
        assert 'class="place"' not in aigul.get(path).text
        assert 'class="place"' in aigul.get(f"{path}?line=from%3Dqueue%26next%3Dhttps%3A%2F%2Fx.kz").text
        assert aigul.get(f"{path}?line=from%3Dqueue%26state%3Dfine").status_code == 400
