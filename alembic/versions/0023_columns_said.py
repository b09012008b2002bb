"""What people said of columns whose titles the register does not know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table; until now nobody was asked."""
    op.create_table(
        "column_said",
        sa.Column("place", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("title", KEY, nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", "kind", "title", name=op.f("pk_column_said")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("column_said")
