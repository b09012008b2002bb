"""Messages that wait have an index of their own: the many that went out do not make it longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BY = ["channel", "urgency", "not_before"]
ALL = "ix_message_channel_urgency_not_before"
WAITING = "ix_message_waiting"


def upgrade() -> None:
    """Put the index of those that wait in the place of that of all."""
    waits = sa.text("sent_at IS NULL AND dead_at IS NULL AND voided_at IS NULL")
    op.drop_index(ALL, "message")
    op.create_index(WAITING, "message", BY, sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(WAITING, "message")
    op.create_index(ALL, "message", BY)
