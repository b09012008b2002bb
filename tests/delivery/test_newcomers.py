"""Who comes to answer for a school is told of what is near, and not late of what went by before (REM-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.delivery.conftest import Service
from tests.store.rows import record
from tests.web.register import ENDING, small_country
from tracker.domain.people import Reach
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.store import digests
from tracker.store.engine import reading, transaction

LATER = "2027-01-25"
"""A week before the end of a contract; its leads of sixty, thirty, fourteen and seven days have gone by."""

HERE = Reach(regions=frozenset({"59"}))


def the_school() -> SchoolRow:
    return next(row for row in small_country() if isinstance(row, SchoolRow) and row.school_id == ENDING)


def is_given_it(service: Service, officer: int) -> None:
    """An administrator gives her a region beside the one that she has."""
    wider = Reach(regions=frozenset({"59", "71"}))
    described = Described("o", Role.OFFICER, wider)
    with transaction(service.engine) as session:
        enrolling.change(session, Author("admin", service.now), officer, described)


def is_named(service: Service, officer: int) -> None:
    """A file names her as the school's officer."""
    record(service.engine, replace(the_school(), officer_email="o@example.kz"), at=service.now)


def gets_it_by_a_move(service: Service, officer: int) -> None:
    """The school stands in another region by now."""
    record(service.engine, replace(the_school(), region="71", district="Алматы"), at=service.now)


def comes_back(service: Service, officer: int) -> None:
    """Her account was shut for a while, with the school in its reach."""
    author = Author("admin", service.now)
    with transaction(service.engine) as session:
        enrolling.change(session, author, officer, Described("o", Role.OFFICER, HERE))
        enrolling.disable(session, author, officer)
    service.on("2027-01-22").round()
    service.on(LATER)
    with transaction(service.engine) as session:
        enrolling.enable(session, Author("admin", service.now), officer)


def comes_back_by_name(service: Service, officer: int) -> None:
    """The register names her, nobody gave her anything, and her account was shut for a while."""
    author = Author("admin", service.now)
    record(service.engine, replace(the_school(), officer_email="o@example.kz"), at=service.now)
    with transaction(service.engine) as session:
        enrolling.disable(session, author, officer)
    service.on("2027-01-22").round()
    service.on(LATER)
    with transaction(service.engine) as session:
        enrolling.enable(session, Author("admin", service.now), officer)


CAME = [is_given_it, is_named, gets_it_by_a_move, comes_back, comes_back_by_name]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("comes", CAME)
def test_rem_3_whoever_comes_to_a_school_hears_of_its_end_once_and_not_late(
    service: Service, comes: Callable[[Service, int], None]
) -> None:
    officer = service.add("o", Role.OFFICER, "71")
    service.round()
    service.on("2027-01-20" if comes in (comes_back, comes_back_by_name) else LATER)
    comes(service, officer)
    service.round()
    with reading(service.engine) as session:
        body = digests.of_person(session, officer, most=1)[0].body
    (line,) = (line for line in body["lines"] if line["school_id"] == ENDING and line["kind"] == "cover_end")
    assert [key.rsplit(":", 1)[1] for key in line["keys"]] == ["7d"]
    assert not line["is_late"]


def is_respelled(service: Service) -> None:
    """A file writes its district in another way."""
    record(service.engine, replace(the_school(), district="Петропавл қаласы"), at=service.now)


def is_moved_and_back(service: Service) -> None:
    """A file moves it elsewhere, and the next one says that this was a mistake."""
    record(service.engine, replace(the_school(), region="71", district="Алматы"), at=service.now)
    service.now += timedelta(minutes=2)
    record(service.engine, the_school(), at=service.now)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("changes", [is_respelled, is_moved_and_back])
def test_who_has_answered_for_a_school_all_the_time_is_told_what_an_outage_has_missed(
    service: Service, changes: Callable[[Service], None]
) -> None:
    officer = service.add("o", Role.OFFICER, "59")
    service.on("2027-01-20").round()
    changes(service.on("2027-01-29"))
    service.round()
    with reading(service.engine) as session:
        body = digests.of_person(session, officer, most=1)[0].body
    (line,) = (line for line in body["lines"] if line["school_id"] == ENDING and line["kind"] == "cover_end")
    assert {key.rsplit(":", 1)[1] for key in line["keys"]} == {"7d", "1d", "0d"}
    assert line["is_late"]
