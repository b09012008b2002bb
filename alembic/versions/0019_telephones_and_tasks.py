"""The telephone at which colleagues reach a person; notes that are to be done by a day, made once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ONCE = "uq_case_note_task_key"


def upgrade() -> None:
    """Add the columns; nobody has stated a telephone yet, and no note is a task."""
    op.add_column("person", sa.Column("telephone", sa.Text(), nullable=True))
    op.add_column("case_note", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("case_note", sa.Column("task_key", KEY, nullable=True))
    made = sa.text("task_key IS NOT NULL")
    op.create_index(ONCE, "case_note", ["task_key"], unique=True, sqlite_where=made, postgresql_where=made)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(ONCE, "case_note")
    op.drop_column("case_note", "task_key")
    op.drop_column("case_note", "due_on")
    op.drop_column("person", "telephone")
