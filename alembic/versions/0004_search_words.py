"""Schools are found whatever quotes, dashes and number signs their names are written with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAMES = ("school_id", "bin", "name", "name_kk", "name_ru")
SCHOOL = sa.table("school", sa.column("id"), sa.column("search"), *(sa.column(name) for name in NAMES))

# The folds of this revision's day: the program's own may change, a revision may not.
EARLIER = str.maketrans("әғқңөұүһіё", "агкноуухие")
LOOKALIKES = str.maketrans("әғқңөұүһіэй", "агкноуухиеи", "ъь")
TWINS = str.maketrans("aceopxyikhmtb", "асеорхуікһмтв")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
SIGNS = dict.fromkeys([*range(0x2B9, 0x2D0), 0x2EE, 0xA78B, 0xA78C], " ")
LOOSE = dict.fromkeys(range(0x300, 0x370)) | SIGNS | INVISIBLE
CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]")
LATIN = re.compile(r"[a-z]")


def upgrade() -> None:
    """Make the searched text of all versions of all schools anew."""
    fold_again(search_line)


def downgrade() -> None:
    """Make it as it was."""
    fold_again(earlier_line)


def fold_again(line: Callable[[str], str]) -> None:
    """Write one line for each name of a school."""
    connection = op.get_bind()
    found = connection.execute(sa.select(SCHOOL.c.id, *(SCHOOL.c[name] for name in NAMES))).all()
    made = [{"row": row, "line": "\n".join(line(name) for name in names if name)} for row, *names in found]
    if made:
        change = SCHOOL.update().where(SCHOOL.c.id == sa.bindparam("row")).values(search=sa.bindparam("line"))
        connection.execute(change, made)


def search_line(name: str) -> str:
    """Words without case, quotes, dashes, №; Kazakh letters as their Russian look-alikes."""
    plain = unicodedata.normalize("NFKC", name.replace("№", " ")).casefold().translate(LOOSE)
    plain = unicodedata.normalize("NFKC", plain).casefold().replace("ё", "е")
    folded = (in_one_script(word).translate(LOOKALIKES) for word in re.findall(r"[^\W_]+", plain))
    return " ".join(word for word in folded if word)


def in_one_script(word: str) -> str:
    """A word of two scripts in Cyrillic letters."""
    return word.translate(TWINS) if CYRILLIC.search(word) and LATIN.search(word) else word


def earlier_line(name: str) -> str:
    """Names as they were folded before: without case, with every sign."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().translate(EARLIER).split())
