"""Whom to call about a school, also where the register names nobody, and what was done about it last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from tests.people import a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW, STALLED, a_school
from tracker.domain.decisions import DecisionStatus
from tracker.domain.origins import STILL_TRUE
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, Service
from tracker.render.catalogs import load_catalogs
from tracker.store import accounts
from tracker.store.cases import Holder, Note
from tracker.store.engine import reading
from tracker.store.open_decisions import OnDecision
from tracker.store.registry import Recording
from tracker.store.scope import EVERYTHING
from tracker.web.casework import Contacts, LastDeed

SCHOOL = "990740000001"
GIVEN = a_person(Role.OFFICER, name="given", reach=Reach(schools=frozenset({SCHOOL})))
NAMED = a_person(Role.OFFICER, name="named")
NEAR = a_person(Role.OFFICER, "59", name="near")


def test_whoever_was_given_the_school_is_its_officer_where_the_register_names_none() -> None:
    school = a_school(SCHOOL, "Әйтеке")
    found = Contacts.of(school, [NEAR, NAMED, GIVEN])
    assert (found.officer, found.officer_email) == (GIVEN, GIVEN.email)
    assert Contacts.of(school, [NEAR]).officer_email == ""


def test_whom_the_register_names_comes_first_also_without_an_account() -> None:
    named = a_school(SCHOOL, "Әйтеке", officer_email=NAMED.email)
    assert Contacts.of(named, [GIVEN, NAMED]).officer == NAMED
    without = Contacts.of(named, [GIVEN])
    assert (without.officer, without.officer_email) == (None, NAMED.email)


def test_whoever_took_up_the_account_is_named_before_one_who_was_only_invited() -> None:
    heads = [a_person(Role.HEAD, "59", name=name) for name in ("a", "b")]
    reviewer = a_person(Role.REVIEWER, "59", name="c")
    invited = replace(heads[0], is_invited=True)
    found = Contacts.of(a_school(SCHOOL, "Әйтеке"), [invited, heads[1], reviewer])
    assert found.reviewers == (reviewer, heads[1])


def test_an_account_without_a_password_is_one_that_was_only_invited(empty: Engine) -> None:
    sign_in(empty, a_person(Role.HEAD, "59", name="came"), password_hash="x")
    sign_in(empty, a_person(Role.HEAD, "59", name="asked"))
    school = a_school(SCHOOL, "Әйтеке")
    with reading(empty, seeing=EVERYTHING) as session:
        found = {each.name: each.is_invited for each in accounts.present(session, [Role.HEAD], [school])}
    assert sorted(found.values()) == [False, True]
    assert not found[a_person(Role.HEAD, name="came").name]


def test_the_last_deed_is_the_newest_of_what_people_did_and_no_file_of_a_register() -> None:
    at = [NOW + timedelta(hours=hour) for hour in range(5)]
    holder = Holder(SCHOOL, 1, "A", "a@example.org", 7, at[0], None)
    note = Note(1, SCHOOL, 8, "B", "text", is_pinned=False, made_at=at[1], waits=False, due_on=None)
    decided = OnDecision(SCHOOL, Service.CHANNEL, 5, DecisionStatus.APPROVED, at[2], 9)
    confirmed, brought = (
        Recording(1, at[3], "person:10", STILL_TRUE, ""),
        Recording(2, at[4], "x", "a.csv", ""),
    )
    told = [
        LastDeed.of(None, (), (), [brought]),
        LastDeed.of(holder, (), (), [brought]),
        LastDeed.of(holder, [note], (), ()),
        LastDeed.of(holder, [note], [decided], ()),
        LastDeed.of(holder, [note], [decided], [confirmed, brought]),
    ]
    assert [each and (each.what, each.who, each.detail) for each in told] == [
        None,
        ("given", "person:7", ""),
        ("note", "person:8", ""),
        ("decided", "person:9", "5"),
        ("confirmed", "person:10", ""),
    ]


def test_what_was_done_last_stands_on_the_page_with_who_and_when(filled: Engine, visit: Visit) -> None:
    say = load_catalogs()[Language.RU].say
    head = visit(filled, Language.RU, person=a_person(Role.HEAD, "59", name="bolat"))

    def last() -> str:
        return text_of(head.get(f"/schools/{STALLED}").text.partition('id="hands"')[2].partition("</p>")[0])

    when = say("case.last", at="15.01.2027 11:00")
    assert when not in last()
    assert head.post("/reports/quality/confirm", data={"school_id": STALLED}).status_code == 200
    assert f"{when} {say('origin.confirmed')} (Bolat)" in last()
