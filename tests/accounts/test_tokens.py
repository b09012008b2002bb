"""Tokens for programs: narrow, expiring, revocable, and kept only as hashes (AUT-14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.web.register import COVERED, UNKNOWN, fill
from tracker.domain.acts import Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services import enrolling, issuing
from tracker.services.acting import Author
from tracker.services.issuing import Wanted
from tracker.store import journal, people
from tracker.store.engine import reading, transaction

REGIONS = "/api/v1/regions"


@dataclass
class Program:
    """A program that comes with a token."""

    place: Place
    token: str

    def get(self, path: str, **headers: str) -> int:
        """The status of an answer."""
        given = {"authorization": f"Bearer {self.token}", **headers}
        return self.place.browser().get(path, **given).status_code

    def post(self, path: str, form: dict[str, str]) -> int:
        """The status of an answer to a form."""
        given = {"authorization": f"Bearer {self.token}"}
        return self.place.browser().client.post(path, data=form, headers=given).status_code


def issue(
    place: Place, person: Person, *, scope: str = "read", region: str = "", days: str = "30"
) -> Program:
    wanted = Wanted.read(name="report", scope=scope, region=region, days=days)
    with transaction(place.engine) as session:
        token = issuing.issue(session, Author(person.mark, place.clock.now()), person.id, wanted)
    return Program(place, token)


@pytest.fixture
def ministry(place: Place) -> Person:
    """Somebody who sees the whole (small) country."""
    fill(place.engine)
    return place.add(Role.MINISTRY)


def own_page(place: Place, person: Person) -> Browser:
    browser = place.browser()
    browser.sign_in(person.email)
    return browser


def test_a_person_issues_a_token_that_is_shown_once(place: Place, ministry: Person) -> None:
    browser = own_page(place, ministry)
    fields = {"name": "Есеп", "scope": "read", "days": "90", "token_current": PASSWORD}
    page = browser.post("/account/tokens", fields, token=browser.token).text
    (token,) = re.findall(r"trk_[0-9a-f]{12}_[\w-]{43}", page)
    assert Program(place, token).get(REGIONS) == 200
    listed = browser.get("/account").text
    assert "Есеп" in listed
    assert token.split("_")[1] in listed
    assert token not in listed


def test_issuing_needs_the_password(place: Place, ministry: Person) -> None:
    browser = own_page(place, ministry)
    fields = {"name": "Есеп", "scope": "read", "days": "90", "token_current": "wrong"}
    assert browser.post("/account/tokens", fields, token=browser.token).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [{"days": "366"}, {"days": "0"}, {"days": "x"}, {"scope": "admin"}, {"region": "00"}, {"name": " "}],
)
def test_what_cannot_be_is_refused(place: Place, ministry: Person, fields: dict[str, str]) -> None:
    browser = own_page(place, ministry)
    good = {"name": "Есеп", "scope": "read", "days": "90", "token_current": PASSWORD}
    assert browser.post("/account/tokens", good | fields, token=browser.token).status_code == 400


def test_only_a_hash_is_kept(place: Place, ministry: Person) -> None:
    program = issue(place, ministry)
    secret = program.token.split("_", 2)[2]
    with place.engine.connect() as connection:
        for table in ("api_token", "journal"):
            rows = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert secret not in rows
            assert program.token.split("_")[1] in rows


def test_a_token_is_taken_from_its_header_and_nowhere_else(place: Place, ministry: Person) -> None:
    program = issue(place, ministry)
    browser = place.browser()
    assert browser.get(f"{REGIONS}?token={program.token}").status_code in (400, 401)
    assert browser.get(f"{REGIONS}?access_token={program.token}").status_code in (400, 401)
    assert browser.get(REGIONS, cookie=f"tracker={program.token}").status_code == 401
    assert browser.get(REGIONS, authorization=f"Basic {program.token}").status_code == 401
    assert browser.get(REGIONS, **{"x-api-key": program.token}).status_code == 401
    assert program.get(REGIONS) == 200


def test_a_bad_token_is_refused_even_beside_a_good_cookie(place: Place, ministry: Person) -> None:
    browser = own_page(place, ministry)
    program = issue(place, ministry)
    for token in (program.token[:-1] + "!", program.token[:-2], program.token + "x", "", "trk__", "x" * 8):
        answer = browser.get(REGIONS, authorization=f"Bearer {token}")
        assert answer.status_code == 401, token
        assert answer.headers["content-type"] == "application/problem+json"
    swapped = issue(place, ministry).token.split("_", 2)[2]
    mixed = "_".join([*program.token.split("_", 2)[:2], swapped])
    assert Program(place, mixed).get(REGIONS) == 401


def test_a_token_ends_with_its_days_its_revocation_and_its_person(place: Place, ministry: Person) -> None:
    first, second = issue(place, ministry, days="30"), issue(place, ministry, days="365")
    assert first.get(REGIONS) == second.get(REGIONS) == 200
    place.clock.wait(days=30)
    assert (first.get(REGIONS), second.get(REGIONS)) == (401, 200)
    third = issue(place, ministry)
    browser = own_page(place, ministry)
    prefix = third.token.split("_")[1]
    stranger = own_page(place, place.add(Role.AUDITOR))
    assert (
        stranger.post("/account/tokens/revoke", {"prefix": prefix}, token=stranger.token).status_code == 404
    )
    assert third.get(REGIONS) == 200
    assert browser.post("/account/tokens/revoke", {"prefix": prefix}, token=browser.token).status_code == 303
    assert third.get(REGIONS) == 401
    with transaction(place.engine) as session:
        enrolling.disable(session, Author("test", place.clock.now()), ministry.id)
    assert second.get(REGIONS) == 401


def test_a_token_of_one_region_does_not_know_schools_of_another(place: Place, ministry: Person) -> None:
    """AUT-14: exactly as if they did not exist."""
    program = issue(place, ministry, region="59")
    assert program.get(f"/api/v1/schools/{COVERED}") == 200
    assert program.get(f"/api/v1/schools/{UNKNOWN}") == 404
    assert issue(place, ministry, region="71").get(f"/api/v1/schools/{UNKNOWN}") == 200


def test_a_token_reaches_no_further_than_its_person(place: Place, ministry: Person) -> None:
    officer = place.add(Role.REVIEWER)
    assert issue(place, officer, region="71").get(f"/api/v1/schools/{UNKNOWN}") == 404
    assert issue(place, officer).get(f"/api/v1/schools/{COVERED}") == 200


@pytest.mark.parametrize("scope", ["read", "write"])
def test_no_token_manages_people_or_accounts(place: Place, scope: str) -> None:
    program = issue(place, place.add(Role.ADMIN), scope=scope)
    for path in ("/people", "/account", "/people/new"):
        assert program.get(path) == 403
    assert program.get("/imports") == (200 if scope == "write" else 403)


def test_the_last_use_is_shown(place: Place, ministry: Person) -> None:
    program = issue(place, ministry)
    browser = own_page(place, ministry)
    assert "never" in browser.get("/account").text
    program.get(REGIONS)
    assert "never" not in browser.get("/account").text


def test_a_disabled_account_comes_back_without_its_tokens(place: Place, ministry: Person) -> None:
    program = issue(place, ministry)
    desk = own_page(place, place.add(Role.ADMIN))
    for act in ("disable", "enable"):
        assert desk.post(f"/people/{ministry.id}/{act}", token=desk.token).status_code == 303
        assert program.get(REGIONS) == 401
    assert f'action="/people/{ministry.id}/tokens"' not in desk.get(f"/people/{ministry.id}").text


def test_a_disabled_account_whose_tokens_still_stand_can_be_rid_of_them(
    place: Place, ministry: Person
) -> None:
    """Those that were disabled before tokens ended with it."""
    desk = own_page(place, place.add(Role.ADMIN))
    desk.post(f"/people/{ministry.id}/disable", token=desk.token)
    issue(place, ministry)
    page = f"/people/{ministry.id}"
    assert f'action="{page}/tokens"' in desk.get(page).text
    desk.post(f"{page}/tokens", token=desk.token)
    assert f'action="{page}/tokens"' not in desk.get(page).text


def test_a_password_chosen_by_a_link_ends_the_tokens(place: Place, ministry: Person) -> None:
    program = issue(place, ministry)
    with transaction(place.engine) as session:
        invited = enrolling.make_link(session, Author("test", place.clock.now()), ministry.id)
    assert program.get(REGIONS) == 200
    chosen = {"password": "жеті өнер, жетпіс тіл", "again": "жеті өнер, жетпіс тіл"}
    assert place.browser().send(f"/welcome/{invited.secret}", chosen).status_code == 303
    assert program.get(REGIONS) == 401


@pytest.mark.parametrize("prefix", ["\0", "trk\0", "0" * 12, ""])
def test_a_token_that_cannot_be_is_not_found(both_places: Place, prefix: str) -> None:
    browser = own_page(both_places, both_places.add(Role.MINISTRY))
    answer = browser.post("/account/tokens/revoke", {"prefix": prefix}, token=browser.token)
    assert answer.status_code == 404


def test_nobody_has_an_address_that_cannot_be_kept(both_places: Place) -> None:
    with reading(both_places.engine) as session:
        assert people.number_of(session, "a\0@example.kz") is None


def test_a_program_that_writes_corrects_asks_and_confirms_and_the_journal_tells_by_which_token(
    place: Place, ministry: Person
) -> None:
    head = place.add(Role.HEAD, name="asel")
    writes, reads = issue(place, head, scope="write"), issue(place, head)
    deeds = {
        "/asks": ({"school_id": COVERED}, 200),
        "/reports/quality/confirm": ({"school_id": COVERED}, 303),
        "/corrections": ({"kind": "schools", "school_id": COVERED, "seen": "x"}, 409),
    }
    others = ("/cases", "/queue/assign", "/suggestions/drafts", "/suggestions/approvals", "/cliff/ask")
    for path, (form, status) in deeds.items():
        assert (writes.post(path, form), reads.post(path, form)) == (status, 403), path
    assert {writes.post(path, {}) for path in others} == {403}
    with reading(place.engine) as session:
        told = {entry.action: entry for entry in journal.entries(session, actor=head.mark)}
    via = {f"token:{writes.token.split('_')[1]}"}
    acts = (Act.SCHOOL_ASKED, Act.FACTS_CONFIRMED, Act.CORRECTION_REFUSED)
    assert {told[act].details["via"] for act in acts} == via
    assert told[Act.REFUSED].details["via"].startswith("token:")
