"""In which format a report was handed out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what was printed before nobody knows it."""
    op.add_column("printed_report", sa.Column("ending", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("printed_report", "ending")
