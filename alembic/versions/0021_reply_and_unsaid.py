"""By when, where to and to whom offers are sent; that nobody has said whether the supplier agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATED = (
    "buyer_kk", "buyer_ru", "head", "addressee_1", "addressee_2", "addressee_3", "choice_kk", "choice_ru",
    "price_kk", "price_ru",
)  # fmt: skip
REPLY = ("reply_by", "reply_to", "contact")
ANSWERS = ("yes", "no", "not_asked")
UNSAID = ("unsaid",)
OF_PAPERS = ("decision_given", "decision_given_before")


def know(table: str, column: str, name: str, words: tuple[str, ...]) -> None:
    """The words that a column may hold."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{name}"), f"{column} IN ({listed})")


def upgrade() -> None:
    """Let the new words in; what was kept stays as it was."""
    for table in OF_PAPERS:
        know(table, "name", "given_name", (*STATED, *REPLY))
    know("decision", "agreed", "agreed", (*ANSWERS, *UNSAID))


def downgrade() -> None:
    """Take them away with what they said; who said nothing did not ask."""
    op.execute("UPDATE decision SET agreed = 'not_asked' WHERE agreed = 'unsaid'")
    know("decision", "agreed", "agreed", ANSWERS)
    for table in OF_PAPERS:
        stated = sa.table(table, sa.column("name"))
        op.execute(stated.delete().where(stated.c.name.in_(REPLY)))
        know(table, "name", "given_name", STATED)
