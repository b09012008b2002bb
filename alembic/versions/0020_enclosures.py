"""Files that prove a condition, the consent of a supplier as one of them, and reports that were posted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BEFORE = (
    "purchase_under_way", "security_service", "contract_in_force", "daily_need_list", "competitive_method",
    "same_terms", "supplier_refused", "first_month", "customer_created", "volume_limit", "three_offers",
    "head_decision", "plan_point", "annual_limit", "method_not_fixed", "no_splitting", "repeat_failed",
    "no_bids", "decided_in_time", "minimum_term",
)  # fmt: skip
CONDITIONS = (*BEFORE, "supplier_consent")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
SEEN = {
    "decision_enclosure": "decision_number IN (SELECT line.decision_number FROM decision_line AS line)",
    "report_posted": "contract_number IN (SELECT line.contract_number FROM contract_line AS line)",
}
"""Which rows are one's own; the tables that are asked stand behind the lock themselves."""


def word(name: str, *values: str) -> sa.Enum:
    """A closed list."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables, put the lock on, let a tick be of the new condition."""
    know(CONDITIONS)
    enclosures()
    reports()
    if op.get_context().dialect.name == "postgresql":
        for table, own in SEEN.items():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY within_scope ON {table} USING ({EVERYTHING} OR {own})"
                f" WITH CHECK ({EVERYTHING} OR {own})"
            )


def know(conditions: tuple[str, ...]) -> None:
    """The conditions that a tick may be of."""
    listed = ", ".join(f"'{each}'" for each in conditions)
    with op.batch_alter_table("decision_tick") as table:
        table.drop_constraint(op.f("ck_decision_tick_condition"), type_="check")
        table.create_check_constraint(op.f("ck_decision_tick_condition"), f"condition IN ({listed})")


def enclosures() -> None:
    """Files of conditions."""
    table = "decision_enclosure"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("condition", word("condition", *CONDITIONS), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", word("kind", "pdf", "docx", "jpg", "png"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("enclosed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by_id", sa.Integer()),
        sa.Column("taken_back_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["decision_number"], ["decision.number"], name=op.f(f"fk_{table}_decision_number_decision")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["person.id"], name=op.f(f"fk_{table}_taken_back_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_decision_number"), table, ["decision_number"])


def reports() -> None:
    """On which day the report on a contract was posted: a fact with its versions."""
    table = "report_posted"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_seq", sa.Integer(), nullable=False),
        sa.Column("superseded_seq", sa.Integer()),
        sa.Column("contract_number", KEY, nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.CheckConstraint("superseded_seq > recorded_seq", name=op.f(f"ck_{table}_superseded_later")),
        sa.ForeignKeyConstraint(
            ["recorded_seq"], ["recording.seq"], name=op.f(f"fk_{table}_recorded_seq_recording")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_seq"], ["recording.seq"], name=op.f(f"fk_{table}_superseded_seq_recording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_contract_number"), table, ["contract_number"])
    op.create_index(
        f"uq_{table}_present",
        table,
        ["contract_number"],
        unique=True,
        sqlite_where=sa.text("superseded_seq IS NULL"),
        postgresql_where=sa.text("superseded_seq IS NULL"),
    )


def downgrade() -> None:
    """Take them away; a tick of the consent goes with them."""
    op.drop_table("report_posted")
    op.drop_table("decision_enclosure")
    op.execute("DELETE FROM decision_tick WHERE condition = 'supplier_consent'")
    know(BEFORE)
