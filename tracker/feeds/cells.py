"""What reading one cell gives: a value, perhaps with a notice, or a refusal with its code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.feeds.spelling import trimmed
from tracker.feeds.tables import Cell, Fault

_RUSSIAN_OR_KAZAKH = "а-яА-ЯёЁәғқңөұүһіӘҒҚҢӨҰҮҺІ"
_LOST_INSIDE = re.compile(rf"\?[{_RUSSIAN_OR_KAZAKH}]|\?\?|\ufffd")
_LOST_AT_END = re.compile(rf"[{_RUSSIAN_OR_KAZAKH}]\?")
_GARBLED = re.compile("[ЌќЋћЏџЂђЃѓЉљЊњЅѕЈј]")
_CONTROLS = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff]"
)
"""Controls but tab and line ends, turns of the direction of writing, halves of pairs, private signs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says. ``notice`` is a code for the reader of the import, with ``details``."""

    value: object
    notice: str | None = None
    details: tuple[tuple[str, str], ...] = ()


class CellRefused(Exception):
    """A cell that cannot be taken: ``code`` and ``details`` of the issue."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = tuple(details.items())


def plain_text(cell: Cell, *, free: bool = False) -> str:
    """The text of a cell on one line. ``free`` text may end a word with a question mark.

    Raises :class:`CellRefused` for faults of formulas, for letters lost («?аза?») or garbled («Ќазаќ») by a
    wrong encoding, for control characters, and for cells that are no text.
    """
    if isinstance(cell, Fault):
        raise CellRefused(cell.value)
    if not isinstance(cell, str):
        raise CellRefused("not_text")
    if _CONTROLS.search(cell):
        raise CellRefused("control_character")
    if _LOST_INSIDE.search(cell) or (not free and _LOST_AT_END.search(cell)):
        raise CellRefused("lost_letters")
    if _GARBLED.search(cell):
        raise CellRefused("garbled_letters")
    return trimmed(cell)
