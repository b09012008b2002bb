"""What is one person's own, named in somebody else's form, is like what does not exist (RGN-4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import select

from tests.regions.crowd import HEAD_A, HEAD_B, Town, Visitor, leaks
from tests.regions.doors import FORMS, number_of
from tests.regions.kept import kept_of_b
from tests.regions.test_matrix import ROUTES, unnamed
from tests.web.register import NOW, day
from tracker.domain.roles import Action
from tracker.store import holds
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import Base

OWN = {
    "/reminders/substitutes": ("email", "person", "email"),
    "/reminders/substitutes/end": ("number", "substitute", "id"),
    "/reminders/ways/remove": ("number", "way", "id"),
    "/reminders/ways/test": ("number", "way", "id"),
    "/account/sessions": ("number", "signed_in", "id"),
    "/account/tokens/revoke": ("prefix", "api_token", "prefix"),
    "/account/calendars/revoke": ("number", "calendar_feed", "id"),
}
"""The field of each such form, with the table and column that it names."""

DAYS = {"first": "2027-01-18", "last": "2027-01-22"}
WORDS = "its fields are texts, amounts, days and choices"
ADDRESS = "its address names the thing, as the matrix asks; " + WORDS
NAMES_NOTHING = {
    **dict.fromkeys(("/language", "/sign-in", "/sign-in/code", "/sign-out", "/welcome/{secret}"), WORDS),
    **dict.fromkeys(("/answer/{key}", "/imports/{token}", "/imports/{token}/columns"), ADDRESS),
    **dict.fromkeys(("/imports/{token}/rejected", "/suggestions/{school_id:path}"), ADDRESS),
    **{f"/decisions/{{number}}/{what}": ADDRESS for what in ("price", "contract", "conditions")},
    **{f"/reminders/ways/{what}": WORDS for what in ("telegram", "webhook", "other")},
    **{f"/account/{what}": WORDS for what in ("password", "telephone", "sessions/all", "tokens")},
    **{f"/account/{what}": WORDS for what in ("calendars", "second-factor", "second-factor/change")},
    "/exports/stages": WORDS,
    "/suggestions/undo": "names a deed, which is looked for among one's own alone",
}
"""Forms that name nothing of anybody in a field, or nothing that could be another's, and why."""


@pytest.fixture
def town(settled_sqlite: Path, tmp_path: Path) -> Iterator[Town]:
    """A server over both regions, in which only people of the second have done anything."""
    path = tmp_path / "town.db"
    copyfile(settled_sqlite, path)
    engine = make_engine(f"sqlite:///{path}")
    first, second = number_of(engine, HEAD_B), day("2027-01-22")
    with transaction(engine, seeing=EVERYTHING) as session:
        holds.add_substitute(session, first, 1, second, second, at=NOW)
    yield Town(engine)
    engine.dispose()


@pytest.mark.parametrize("route", OWN)
def test_what_is_somebody_elses_own_is_like_what_does_not_exist(town: Town, route: str) -> None:
    field, name, column = OWN[route]
    table, who = Base.metadata.tables[name], Visitor("head of A", HEAD_A)
    with reading(town.engine, seeing=EVERYTHING) as session:
        named = [str(each) for each in session.scalars(select(table.c[column]))]
        before = session.execute(select(table)).all()
    assert named
    kept = kept_of_b(town.engine)
    nobody = town.ask(who, "POST", route, data={field: "999999"} | DAYS)
    for each in named:
        echoed = [each] if field == "email" else []  # a number is part of other words
        foreign = town.ask(who, "POST", route, data={field: each} | DAYS)
        assert leaks(foreign, each) == []
        assert unnamed(foreign, *echoed) == unnamed(nobody, "999999")
    with reading(town.engine, seeing=EVERYTHING) as session:
        assert set(before) <= set(session.execute(select(table)).all())
    assert kept_of_b(town.engine) == kept


def test_every_form_is_asked_with_what_it_names_or_names_nothing() -> None:
    administers = (Action.MANAGE_PEOPLE, Action.OPERATE)
    posted = {path for path, method, action in ROUTES if method == "POST" and action not in administers}
    assert posted - {*FORMS, *OWN} == set(NAMES_NOTHING)
