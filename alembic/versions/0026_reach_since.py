"""Since when somebody does what she does and sees what she was given: she is not late for what was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("person", "person_reach")


def upgrade() -> None:
    """Add the days; until one is said it is that of the account."""
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("since", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("since")
