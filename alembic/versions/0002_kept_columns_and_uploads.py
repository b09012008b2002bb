"""Columns the register does not know are kept; uploaded files wait for confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = ("schools", "contracts", "tenders", "tender-events")
FACTS = ("school", "contract_line", "tender_line", "tender_event")


def upgrade() -> None:
    """Add what is kept."""
    for table in FACTS:
        op.add_column(table, sa.Column("extra", sa.Text(), nullable=True))
    op.create_table(
        "upload",
        sa.Column("token", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_uploaded_at"), "upload", ["uploaded_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("upload")
    for table in FACTS:
        with op.batch_alter_table(table) as changed:
            changed.drop_column("extra")
