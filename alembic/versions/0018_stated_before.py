"""What was stated for papers before it was stated otherwise, behind the same lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAME = sa.Enum(
    "buyer_kk", "buyer_ru", "head", "addressee_1", "addressee_2", "addressee_3", "choice_kk", "choice_ru",
    "price_kk", "price_ru",
    name="given_name", native_enum=False, create_constraint=True, length=32,
)  # fmt: skip

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
LINES = "(SELECT line.decision_number FROM decision_line AS line)"


def upgrade() -> None:
    """Make the table; put the lock on."""
    op.create_table(
        "decision_given_before",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("customer", KEY, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_number"],
            ["decision.number"],
            name=op.f("fk_decision_given_before_decision_number_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_decision_given_before_given_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_decision_given_before_changed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_given_before")),
    )
    op.create_index(
        op.f("ix_decision_given_before_decision_number"), "decision_given_before", ["decision_number"]
    )
    if op.get_context().dialect.name == "postgresql":
        seen = f"{EVERYTHING} OR decision_number IN {LINES}"
        op.execute("ALTER TABLE decision_given_before ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE decision_given_before FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_scope ON decision_given_before USING ({seen}) WITH CHECK ({seen})")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("decision_given_before")
