"""The second lock of PostgreSQL on what is said of schools without naming them in a column of its own.

Holds and leads that somebody gave, and what belongs to one person alone: printed reports and views.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
PERSON = "(SELECT nullif(current_setting('tracker.person', true), '')::integer)"
MARK = "(SELECT 'person:' || nullif(current_setting('tracker.person', true), ''))"

OWN = {
    "hold": f"put_on_school IN (SELECT tracker_schools()) OR person_id = {PERSON}",
    "own_leads": (
        "number IN (SELECT contract_number FROM contract_line) OR number IN (SELECT tracker_tenders())"
    ),
    "printed_report": f"printed_by = {MARK}",
    "saved_view": f"person_id = {PERSON}",
}
"""Which rows are one's own; the lines of contracts that are asked for stand behind the lock themselves."""


def upgrade() -> None:
    """Put the lock on; SQLite has none."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table, own in OWN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY within_scope ON {table} USING ({EVERYTHING} OR {own})"
            f" WITH CHECK ({EVERYTHING} OR {own})"
        )


def downgrade() -> None:
    """Take it off."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table in OWN:
        op.execute(f"DROP POLICY within_scope ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
