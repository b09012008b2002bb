"""The BIN of a customer as a person states it, where the register has none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATED = (
    "buyer_kk", "buyer_ru", "head", "addressee_1", "addressee_2", "addressee_3", "reply_by", "reply_to",
    "contact", "choice_kk", "choice_ru", "price_kk", "price_ru",
)  # fmt: skip
BIN = "buyer_bin"
OF_PAPERS = ("decision_given", "decision_given_before")


def know(table: str, words: tuple[str, ...]) -> None:
    """The facts that people may state."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_given_name"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_given_name"), f"name IN ({listed})")


def upgrade() -> None:
    """Let the new fact in."""
    for table in OF_PAPERS:
        know(table, (*STATED, BIN))


def downgrade() -> None:
    """Take it away with what it said."""
    for table in OF_PAPERS:
        stated = sa.table(table, sa.column("name"))
        op.execute(stated.delete().where(stated.c.name == BIN))
        know(table, STATED)
