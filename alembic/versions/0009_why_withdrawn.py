"""Why a reminder was taken back stands beside the moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAME = "ck_reminder_why_withdrawn"


def upgrade() -> None:
    """Add the reason; of what was withdrawn before nobody knows it."""
    with op.batch_alter_table("reminder") as table:
        table.add_column(sa.Column("withdrawn_why", sa.String(32)))
        table.create_check_constraint(op.f(NAME), "withdrawn_why IN ('moved', 'done', 'people', 'not_asked')")


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("reminder") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.drop_column("withdrawn_why")
