"""The last run of each job that the program does by itself, and look-ups in the journal by who and what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OUTCOME = sa.Enum(
    "done", "failed", "stopped", name="outcome", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    """Make the table of jobs and the indexes."""
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", OUTCOME, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_journal_actor_seq"), "journal", ["actor", "seq"])
    op.create_index(op.f("ix_journal_action_seq"), "journal", ["action", "seq"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_journal_action_seq"), "journal")
    op.drop_index(op.f("ix_journal_actor_seq"), "journal")
    op.drop_table("job_run")
