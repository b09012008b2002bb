"""How long the stages of finished tenders lasted is kept until tenders change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the next run fills it."""
    op.create_table(
        "stage_history",
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("finished", sa.Text(), nullable=False),
        sa.Column("lengths", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("basis", name=op.f("pk_stage_history")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("stage_history")
