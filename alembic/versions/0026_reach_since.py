"""Since when somebody may see what she was given, so that she is not told late of what went by before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the day; of what was given before it is that of the account."""
    with op.batch_alter_table("person_reach") as changed:
        changed.add_column(sa.Column("since", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("person_reach") as changed:
        changed.drop_column("since")
