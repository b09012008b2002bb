"""The second lock of PostgreSQL on all that belongs to a school, and an owner for each waiting file.

A session says by ``tracker.sees`` that it sees everything, or by ``tracker.scope`` what it sees; one
that says neither sees nothing. SQLite has no such lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OF_SCHOOLS = ("school", "need", "contract_line", "tender_line", "assessment", "flag")
ALL = (*OF_SCHOOLS, "tender_event", "upload")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
SCOPE = "nullif(current_setting('tracker.scope', true), '')::jsonb"
PERSON = "(SELECT nullif(current_setting('tracker.person', true), '')::integer)"

HOLDS = """
CREATE FUNCTION tracker_holds(asked jsonb, region text, district text, school_id text, officer text)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        (asked->'within' = 'null'::jsonb OR asked->'within' ? region)
        AND (
            asked->'regions' ? region
            OR asked->'districts' ? (region || E'\\n' || district)
            OR asked->'schools' ? school_id
            OR lower(officer) = asked->>'officer'
        ),
        false
    )
$$
"""

# The lock on the table of schools would ask itself: so the question is asked with the lock lifted.
LISTED = """
CREATE FUNCTION {name}() RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE
    seen text := current_setting('tracker.sees', true);
    asked jsonb := {scope};
BEGIN
    PERFORM set_config('tracker.sees', 'everything', true);
    RETURN QUERY {query};
    PERFORM set_config('tracker.sees', coalesce(seen, ''), true);
END $$
"""

SCHOOLS = """
    SELECT school.school_id::text FROM school
    WHERE school.superseded_seq IS NULL
    AND tracker_holds(asked, school.region, school.district, school.school_id, school.officer_email)
"""
TENDERS = """
    SELECT tender_line.tender_number::text FROM tender_line
    JOIN school ON school.school_id = tender_line.school_id AND school.superseded_seq IS NULL
    WHERE tracker_holds(asked, school.region, school.district, school.school_id, school.officer_email)
"""
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"
OWN_TENDER = "tender_number IN (SELECT tracker_tenders())"
OWN_PLACE = f"tracker_holds((SELECT {SCOPE}), region, district, school_id, officer_email)"


def upgrade() -> None:
    """Give waiting files an owner; put the lock on."""
    op.execute("DELETE FROM upload")  # each waits for a day at most, and nobody knows whose it was
    with op.batch_alter_table("upload") as table:
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=False))
        table.create_foreign_key("fk_upload_person_id_person", "person", ["person_id"], ["id"])
    if op.get_context().dialect.name == "postgresql":
        lock()


def lock() -> None:
    """Let every row be seen only within what the session says."""
    op.execute(HOLDS)
    op.execute(LISTED.format(name="tracker_schools", scope=SCOPE, query=SCHOOLS))
    op.execute(LISTED.format(name="tracker_tenders", scope=SCOPE, query=TENDERS))
    for table in ALL:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    put_on("school", f"(superseded_seq IS NULL AND {OWN_PLACE}) OR {OWN_SCHOOL}", OWN_PLACE)
    for table in OF_SCHOOLS[1:]:
        put_on(table, OWN_SCHOOL, OWN_SCHOOL)
    put_on("tender_event", OWN_TENDER, OWN_TENDER)
    put_on("upload", f"person_id = {PERSON}", f"person_id = {PERSON}")


def put_on(table: str, seen: str, written: str) -> None:
    """The rows of a table that a session sees, and those that it may write."""
    op.execute(
        f"CREATE POLICY within_scope ON {table}"
        f" USING ({EVERYTHING} OR {seen}) WITH CHECK ({EVERYTHING} OR {written})"
    )


def downgrade() -> None:
    """Take the lock off, and the owners away."""
    if op.get_context().dialect.name == "postgresql":
        for table in ALL:
            op.execute(f"DROP POLICY within_scope ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        for name in ("tracker_tenders()", "tracker_schools()"):
            op.execute(f"DROP FUNCTION {name}")
        op.execute("DROP FUNCTION tracker_holds(jsonb, text, text, text, text)")
    with op.batch_alter_table("upload") as table:
        table.drop_constraint("fk_upload_person_id_person", type_="foreignkey")
        table.drop_column("person_id")
