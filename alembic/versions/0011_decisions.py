"""Decisions on interim contracts, what they rest on and who did what; behind the second lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def word(name: str, *values: str) -> sa.Enum:
    """A closed list."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


STATUSES = ("proposed", "approved", "returned", "rejected", "recorded", "closed", "withdrawn")
ROUTE = word(
    "route",
    "interim.extension", "interim.single_source", "interim.small_value", "after_failure.single_source",
)  # fmt: skip
SERVICE = word("service", "channel", "cctv", "alarm", "guard")
CONDITION = word(
    "condition",
    "purchase_under_way", "security_service", "contract_in_force", "daily_need_list", "competitive_method",
    "same_terms", "supplier_refused", "first_month", "customer_created", "volume_limit", "three_offers",
    "head_decision", "plan_point", "annual_limit", "method_not_fixed", "no_splitting", "repeat_failed",
    "no_bids", "decided_in_time", "minimum_term",
)  # fmt: skip
DEED = word(
    "deed",
    "draft", "tick", "price", "send_again", "withdraw", "approve", "return", "reject", "record",
    "close", "undo",
)  # fmt: skip

TABLES = ("decision_event", "decision_tick", "decision_line", "decision")
EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"
LINES = "(SELECT line.decision_number FROM decision_line AS line)"
"""A policy that asks a locked table is answered with the rows that the session sees."""


def upgrade() -> None:
    """Make the tables; put the lock on."""
    heads_and_lines()
    ticks_and_events()
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        put_on("decision_line", OWN_SCHOOL)
        put_on("decision", f"number IN {LINES}")
        put_on("decision_tick", f"decision_number IN {LINES}")
        put_on("decision_event", f"decision_number IN {LINES}")


def put_on(table: str, seen: str) -> None:
    """The rows of a table that a session sees and may write."""
    op.execute(
        f"CREATE POLICY within_scope ON {table}"
        f" USING ({EVERYTHING} OR {seen}) WITH CHECK ({EVERYTHING} OR {seen})"
    )


def heads_and_lines() -> None:
    """Decisions, and the needs that they are about."""
    op.create_table(
        "decision",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", word("status", *STATUSES), nullable=False),
        sa.Column("route", ROUTE, nullable=False),
        sa.Column("agreed", word("agreed", "yes", "no", "not_asked"), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("expected_release_on", sa.Date()),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("signed_number", KEY),
        sa.Column("signed_on", sa.Date()),
        sa.Column("signed_from", sa.Date()),
        sa.Column("signed_until", sa.Date()),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_decision_days_in_order")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_decision_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["person.id"], name=op.f("fk_decision_drafted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_status"), "decision", ["status"])
    op.create_table(
        "decision_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("service", SERVICE, nullable=False),
        sa.Column("present_contract", KEY),
        sa.Column("price", sa.Text()),
        sa.Column("signed_number", KEY),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        of_decision("decision_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_line")),
        sa.UniqueConstraint(
            "decision_number",
            "school_id",
            "service",
            name=op.f("uq_decision_line_decision_number_school_id_service"),
        ),
    )
    op.create_index(op.f("ix_decision_line_school_id_service"), "decision_line", ["school_id", "service"])
    op.create_index(
        "uq_decision_line_open",
        "decision_line",
        ["school_id", "service"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )


def of_decision(table: str) -> sa.ForeignKeyConstraint:
    """The key of the decision that a row belongs to."""
    name = op.f(f"fk_{table}_decision_number_decision")
    return sa.ForeignKeyConstraint(["decision_number"], ["decision.number"], name=name)


def ticks_and_events() -> None:
    """What was confirmed and done, by whom."""
    op.create_table(
        "decision_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("condition", CONDITION, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attachment", sa.Text(), nullable=False),
        of_decision("decision_tick"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_tick_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_tick")),
        sa.UniqueConstraint(
            "decision_number", "condition", name=op.f("uq_decision_tick_decision_number_condition")
        ),
    )
    op.create_table(
        "decision_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deed", DEED, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", word("before", *STATUSES)),
        sa.Column("after", word("after", *STATUSES), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("batch", KEY, nullable=False),
        of_decision("decision_event"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_decision_event_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_event")),
        sa.UniqueConstraint(
            "decision_number", "revision", name=op.f("uq_decision_event_decision_number_revision")
        ),
    )
    op.create_index(op.f("ix_decision_event_person_id_done_at"), "decision_event", ["person_id", "done_at"])


def downgrade() -> None:
    """Take them away; the policies go with their tables, the one that others ask last."""
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP POLICY within_scope ON {table}")
    for table in TABLES:
        op.drop_table(table)
