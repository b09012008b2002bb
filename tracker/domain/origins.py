"""How a fact came into the register, read from the source and the reason of its recording."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DEMO = "demo"
CORRECTION_FILE = "correction.csv"
STEP_FILE = "step.csv"
TAKEN_BACK = "taken_back"
STILL_TRUE = "still true"
DECISION = "decision "
"""Before the number of the decision whose contract was signed or whose report was posted."""

ANSWER = "answer of the school, "
"""Before the number of the asking."""

IMPORT = "import "
"""Before the kind of file that somebody took in, whatever its name."""

FILE_BACK = "file taken back, recording "
"""Before the number of the recording whose file was taken back."""


class How(StrEnum):
    """By what deed a fact came in."""

    FILE = "file"
    FILE_BACK = "file_back"
    HAND = "hand"
    CONFIRMED = "confirmed"
    STEP = "step"
    TAKEN_BACK = "taken_back"
    DECISION = "decision"
    ANSWER = "answer"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Origin:
    """``detail`` is the name of a file or a number, ``reason`` what a person gave."""

    how: How
    detail: str = ""
    reason: str = ""


def origin_of(source: str, reason: str) -> Origin:
    """How a recording of that source and reason came in."""
    if reason.startswith(IMPORT):
        return Origin(How.FILE, source)
    if reason.startswith(FILE_BACK):
        return Origin(How.FILE_BACK, source)
    if source == CORRECTION_FILE:
        by_answer = reason.startswith(ANSWER)
        return Origin(How.ANSWER, reason.removeprefix(ANSWER)) if by_answer else Origin(How.HAND, "", reason)
    if source == STEP_FILE:
        return Origin(How.TAKEN_BACK if reason == TAKEN_BACK else How.STEP)
    if source.startswith(DECISION):
        return Origin(How.DECISION, source.removeprefix(DECISION))
    known = {DEMO: How.DEMO, STILL_TRUE: How.CONFIRMED}
    return Origin(known[source]) if source in known else Origin(How.FILE, source)
