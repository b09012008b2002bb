"""The second lock: PostgreSQL itself shows a session no rows but those of its scope (see the migrations).

The first lock is the filter in every query (:mod:`tracker.store.scope`). A session that says nothing of what
it may see sees no school at all. SQLite has no second lock, and nothing here does anything to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.store.scope import EVERYTHING, Scope

ALL_SEEN = "everything"
"""What ``tracker.sees`` says where no row is held back."""

PROTECTED = (
    "school",
    "need",
    "contract_line",
    "tender_line",
    "tender_event",
    "assessment",
    "flag",
    "upload",
    "watched",
    "begin_request",
    "case_holder",
    "case_look",
    "case_note",
    "case_mention",
    "decision",
    "decision_line",
    "decision_tick",
    "decision_event",
    "decision_given",
    "decision_given_before",
    "decision_enclosure",
    "report_posted",
    "school_ask",
    "hold",
    "own_leads",
    "printed_report",
    "printed_reach",
    "saved_view",
)
"""The tables that the second lock is on."""

_SAY = text(
    "SELECT set_config('tracker.sees', :sees, true), set_config('tracker.scope', :scope, true),"
    " set_config('tracker.person', :person, true)"
)
_NOW = text(
    "SELECT coalesce(current_setting('tracker.sees', true), '') AS sees,"
    " coalesce(current_setting('tracker.scope', true), '') AS scope,"
    " coalesce(current_setting('tracker.person', true), '') AS person"
)


def confined(scope: Scope) -> dict[str, str]:
    """The settings of a transaction of PostgreSQL that sees the rows of ``scope`` and no others."""
    return {f"tracker.{name}": value for name, value in _said(scope).items()}


@contextmanager
def whole_country(session: Session) -> Iterator[None]:
    """Lift the second lock for a while, for what is never shown: statistics, and judging what has changed."""
    if not _is_locked(session):
        yield
        return
    before = dict(session.execute(_NOW).mappings().one())
    session.execute(_SAY, _said(EVERYTHING))
    try:
        yield
    finally:
        with suppress(DBAPIError):  # a transaction that failed shows nothing more
            session.execute(_SAY, before)


def _is_locked(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _said(scope: Scope) -> Mapping[str, str]:
    person = "" if scope.person is None else str(scope.person)
    if scope == EVERYTHING:
        return {"sees": ALL_SEEN, "scope": "", "person": person}
    given = {
        "regions": sorted(scope.regions or ()),
        "districts": [f"{region}\n{district}" for region, district in sorted(scope.districts)],
        "schools": sorted(scope.schools),
        "officer": scope.officer,
        "within": None if scope.within is None else sorted(scope.within),
    }
    return {"sees": "", "scope": json.dumps(given), "person": person}


def holder_fault(session: Session) -> str | None:
    """Why the second lock does not hold for the role of this session: it may pass it by, or take it off.

    ``superuser``, ``bypass`` or ``owner``; None where it holds, and for SQLite, which has none.
    """
    if not _is_locked(session):
        return None
    role = text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    is_super, may_bypass = session.execute(role).one()
    owned = text(
        "SELECT count(*) FROM pg_class WHERE relname = ANY(:tables) AND relkind = 'r'"
        " AND pg_has_role(current_user, relowner, 'USAGE')"
    )
    is_owner = session.execute(owned, {"tables": list(PROTECTED)}).scalar_one() > 0
    found = {"superuser": is_super, "bypass": may_bypass, "owner": is_owner}
    return next((name for name, is_so in found.items() if is_so), None)
