"""Columns the register does not know are kept; uploaded files wait for confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.domain.register import RegisterKind
from tracker.store.types import Key, Moment, Word

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FACTS = ("school", "contract_line", "tender_line", "tender_event")


def upgrade() -> None:
    """Add what is kept."""
    for table in FACTS:
        op.add_column(table, sa.Column("extra", sa.Text(), nullable=True))
    op.create_table(
        "upload",
        sa.Column("token", Key, nullable=False),
        sa.Column("kind", Word(RegisterKind, "kind"), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_uploaded_at"), "upload", ["uploaded_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("upload")
    for table in FACTS:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("extra")
