"""Of which places a printed report tells: whoever sees all of them may read it, also in the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OF_A_READABLE = "report_id IN (SELECT id FROM printed_report)"
OF_ONES_OWN = """
(SELECT printed_by FROM printed_report WHERE id = report_id)
= (SELECT 'person:' || nullif(current_setting('tracker.person', true), ''))
"""

# As in 0006: the lock on the places would ask itself, so the question is asked with the lock lifted.
REPORTS = """
CREATE FUNCTION tracker_reports() RETURNS SETOF integer LANGUAGE plpgsql STABLE AS $$
DECLARE
    seen text := current_setting('tracker.sees', true);
    asked jsonb := nullif(current_setting('tracker.scope', true), '')::jsonb;
BEGIN
    PERFORM set_config('tracker.sees', 'everything', true);
    RETURN QUERY
    SELECT place.report_id FROM printed_reach place
    LEFT JOIN school ON school.school_id = place.school_id AND school.superseded_seq IS NULL
    GROUP BY place.report_id
    HAVING bool_and(CASE
        WHEN place.school_id IS NULL THEN tracker_holds(asked, place.region, place.district, NULL, NULL)
        ELSE tracker_holds(asked, school.region, school.district, school.school_id, school.officer_email)
    END);
    PERFORM set_config('tracker.sees', coalesce(seen, ''), true);
END $$
"""


def upgrade() -> None:
    """Add the places; of what was printed before nobody knows them, and it stays its printer's."""
    op.create_table(
        "printed_reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("region", KEY),
        sa.Column("district", sa.Text()),
        sa.Column("school_id", KEY),
        sa.ForeignKeyConstraint(
            ["report_id"], ["printed_report.id"], name=op.f("fk_printed_reach_report_id_printed_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_reach")),
    )
    op.create_index(op.f("ix_printed_reach_report_id"), "printed_reach", ["report_id"])
    if op.get_context().dialect.name == "postgresql":
        lock()


def lock() -> None:
    """Let a report be read with all its places, and written only by who prints it."""
    op.execute(REPORTS)
    op.execute(
        "CREATE POLICY within_reach ON printed_report FOR SELECT USING (id IN (SELECT tracker_reports()))"
    )
    op.execute("ALTER TABLE printed_reach ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE printed_reach FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY within_scope ON printed_reach FOR SELECT USING ({EVERYTHING} OR {OF_A_READABLE})"
    )
    own = f"{EVERYTHING} OR {OF_ONES_OWN}"
    op.execute(f"CREATE POLICY of_its_printer ON printed_reach USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    """Take them away."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP POLICY within_reach ON printed_report")
    op.drop_table("printed_reach")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION tracker_reports()")
