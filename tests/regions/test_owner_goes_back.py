"""Whoever owns the tables takes the schema back with its rows, though the lock holds for owners too."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, text

from tests.databases import shown
from tests.regions.country import BIN_B, SCHOOL_B
from tests.regions.crowd import HEAD_B
from tests.regions.doors import decision_on, number_of
from tests.regions.second_lock import OWNER, as_role
from tests.web.register import NOW
from tracker.domain.drafts import GivenName
from tracker.store import givens, migrate
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING

TICK = """
INSERT INTO decision_tick (decision_number, condition, person_id, ticked_at, note, attachment)
VALUES (:decision, :condition, :person, :at, '', '')
"""
KEPT = (
    "SELECT agreed FROM decision",
    "SELECT name FROM decision_given",
    "SELECT name FROM decision_given_before",
    "SELECT condition FROM decision_tick",
)


def test_the_owner_goes_back_before_the_new_words_and_what_was_said_in_them_goes(
    guarded_country: Engine,
) -> None:
    """Migrations 0020 and 0021: a decision without an answer, where to offers are sent, a consent."""
    number, person_id = (
        decision_on(guarded_country, SCHOOL_B, HEAD_B, "x"),
        number_of(guarded_country, HEAD_B),
    )
    with transaction(guarded_country, seeing=EVERYTHING) as session:
        for said in ("before", "now"):
            stated = {GivenName.REPLY_TO: said, GivenName.HEAD: said}
            givens.give(session, number, BIN_B, stated, person_id=person_id, at=NOW)
        for condition in ("supplier_consent", "head_decision"):
            ticked = {"decision": number, "condition": condition, "person": person_id, "at": NOW}
            session.execute(text(TICK), ticked)
        session.execute(text("UPDATE decision SET agreed = 'unsaid'"))
    owner = make_engine(shown(as_role(guarded_country.url, OWNER)))
    with owner.begin() as connection:
        command.downgrade(migrate.config(connection), "0019")
    owner.dispose()
    with reading(guarded_country, seeing=EVERYTHING) as session:
        kept = [session.scalars(text(query)).all() for query in KEPT]
    assert kept == [["not_asked"], ["head"], ["head"], ["head_decision"]]
