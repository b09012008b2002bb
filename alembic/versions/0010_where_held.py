"""A hold names the school on whose line it was put: its reason is for those who see that school."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the school; of what was held before nobody knows it, and only its author reads why."""
    with op.batch_alter_table("hold") as table:
        table.add_column(sa.Column("put_on_school", KEY))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("hold") as table:
        table.drop_column("put_on_school")
