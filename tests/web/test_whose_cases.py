"""Whose a case is: nobody's where its holder is gone or sees it no more, also hers who stands in today."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from tests.people import ADMIN, a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, NOW, STALLED, USED_UP, a_school, fill
from tests.web.test_cases import AIGUL, BOLAT, known, number, schools_in, work
from tracker.domain.people import NOWHERE, Reach
from tracker.domain.roles import NATIONAL, Action, Role
from tracker.domain.vocabulary import Language
from tracker.services import enrolling, working
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.store import case_changes, cases, holds
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING, Scope


def test_who_stands_in_for_an_officer_has_what_that_officer_was_given_one_by_one(
    filled: Engine, visit: Visit
) -> None:
    bolat = visit(filled, Language.RU, person=BOLAT)
    given = Reach(schools=frozenset({FAILED}))
    officer = a_person(Role.OFFICER, name="given", reach=given)
    reviewer = a_person(Role.REVIEWER, name="other", reach=replace(given, schools=frozenset({USED_UP})))
    today = NOW.date()
    for away in (officer, reviewer):
        sign_in(filled, away)
        with transaction(filled) as session:
            holds.add_substitute(session, number(filled, away), number(filled, BOLAT), today, today, at=NOW)
    assert schools_in(bolat, "/queue?mine=1") == [FAILED]


def test_whoever_is_about_to_disable_an_account_is_told_of_the_cases_in_its_hands(
    filled: Engine, visit: Visit
) -> None:
    aigul, desk = (visit(filled, Language.RU, person=each) for each in (AIGUL, ADMIN))
    hers = number(filled, AIGUL)
    assert "queue?holder=" not in desk.get(f"/people/{hers}").text
    work(aigul, "give")
    page = desk.get(f"/people/{hers}").text
    assert "1 дело останется ни за кем" in text_of(page)
    assert schools_in(desk, f"/queue?holder={hers}") == [STALLED]
    assert f'href="/queue?holder={hers}"' in page


@pytest.mark.parametrize("change", ["disabled", "elsewhere", "auditor"])
def test_what_somebody_had_who_is_gone_or_sees_it_no_more_is_nobodys_and_may_be_taken(
    filled: Engine, visit: Visit, change: str
) -> None:
    dana = a_person(Role.OFFICER, "59", name="dana")
    aigul, bolat, officer = (visit(filled, Language.RU, person=each) for each in (AIGUL, BOLAT, dana))
    hers, author = number(filled, AIGUL), Author("x", NOW)
    work(aigul, "give")
    work(aigul, "look")
    here, there = (Reach(frozenset({region})) for region in ("59", "71"))
    with transaction(filled) as session:
        if change == "disabled":
            enrolling.disable(session, author, hers)
        else:
            role, reach = (Role.AUDITOR, NOWHERE) if change == "auditor" else (Role.REVIEWER, there)
            enrolling.change(session, author, hers, Described(AIGUL.name, role, reach))
    for path in ("/queue", f"/schools/{STALLED}"):
        assert AIGUL.name not in text_of(officer.get(path).text.partition("<main")[2])
    assert STALLED in schools_in(bolat, "/queue?holder=nobody")
    with transaction(filled) as session:
        enrolling.enable(session, author, hers)
        enrolling.change(session, author, hers, Described(AIGUL.name, Role.REVIEWER, here))
    assert STALLED not in schools_in(bolat, "/queue?holder=nobody")
    with transaction(filled) as session:
        enrolling.disable(session, author, hers)
    assert work(officer, "give")[0] == 200
    assert schools_in(officer, "/queue?mine=1") == [STALLED]


def test_who_may_work_on_a_school_is_the_same_whoever_asks(engine: Engine) -> None:
    schools = [
        a_school("A", "A"),
        a_school("B", "B", district="Тайынша", officer_email="Named@Example.KZ"),
        a_school("C", "C", region="71", officer_email="reviewer-of-c@example.kz"),
        a_school("D", "D", region=None, district=None),
    ]
    fill(engine, *schools)
    reaches = (
        NOWHERE, Reach(frozenset({"59"})), Reach(districts=frozenset({("59", "Петропавл")})),
        Reach(schools=frozenset({"C", "D"})),
    )  # fmt: skip
    asked = [
        a_person(role, name=f"{role}-{place}", reach=reach)
        for role in Role
        for place, reach in enumerate(reaches[: 1 if role in NATIONAL else None])
    ]
    asked += [a_person(Role.OFFICER, name="named"), a_person(Role.REVIEWER, name="reviewer-of-c")]
    for person in asked:
        sign_in(engine, person)
    for person in (known(engine, each) for each in asked):
        scope = Scope.of_person(person)
        seen = {row.school_id for row in schools if person.may(Action.WORK) and scope.holds(row)}
        with transaction(engine, seeing=EVERYTHING) as session:
            for row in schools:
                case_changes.give(session, row.school_id, person.id, by=person.id, at=NOW)
            found = {row.school_id for row in schools if person in working.colleagues(session, [row])}
            assert cases.holders(session, EVERYTHING).keys() == found == seen, person
