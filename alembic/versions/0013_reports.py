"""Printed reports with the editions of the law they rest on, and what schools are asked by a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def word(name: str, *values: str) -> sa.Enum:
    """A closed list."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"


def upgrade() -> None:
    """Make the tables; on PostgreSQL what a school is asked stands behind the second lock."""
    what_is_printed()
    what_is_asked()
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE school_ask ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE school_ask FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY within_scope ON school_ask USING ({EVERYTHING} OR {OWN_SCHOOL})"
            f" WITH CHECK ({EVERYTHING} OR {OWN_SCHOOL})"
        )


def what_is_printed() -> None:
    """Reports, and the files of the law as they were."""
    op.create_table(
        "law_edition",
        sa.Column("edition", KEY, nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_law_edition")),
    )
    op.create_table(
        "printed_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", word("report_kind", "weekly", "quarterly"), nullable=False),
        sa.Column("region", KEY),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("known", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", word("report_language", "kk", "ru", "en"), nullable=False),
        sa.Column("edition", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("printed_by", KEY, nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["law_edition.edition"], name=op.f("fk_printed_report_edition_law_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_report")),
    )
    op.create_index(op.f("ix_printed_report_printed_by"), "printed_report", ["printed_by"])


def what_is_asked() -> None:
    """What schools are asked, and what they answered."""
    op.create_table(
        "school_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("service", word("service", "channel", "cctv", "alarm", "guard"), nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text()),
        sa.Column("settled", word("settled", "accepted", "rejected")),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", KEY),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_ask")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_school_ask_secret_hash")),
    )
    op.create_index(op.f("ix_school_ask_school_id"), "school_ask", ["school_id"])


def downgrade() -> None:
    """Take them away."""
    for table in ("school_ask", "printed_report", "law_edition"):
        op.drop_table(table)
