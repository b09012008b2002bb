"""What officers were asked to begin, by when and by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"


def upgrade() -> None:
    """Make the table; on PostgreSQL it stands behind the second lock."""
    op.create_table(
        "begin_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("begin_by", sa.Date(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "service IN ('channel', 'cctv', 'alarm', 'guard')", name=op.f("ck_begin_request_service")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_begin_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_begin_request")),
        sa.UniqueConstraint(
            "school_id",
            "service",
            "ends_on",
            "begin_by",
            name=op.f("uq_begin_request_school_id_service_ends_on_begin_by"),
        ),
    )
    op.create_index(op.f("ix_begin_request_person_id"), "begin_request", ["person_id"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE begin_request ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE begin_request FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY within_scope ON begin_request USING ({EVERYTHING} OR {OWN_SCHOOL})"
            f" WITH CHECK ({EVERYTHING} OR {OWN_SCHOOL})"
        )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("begin_request")
