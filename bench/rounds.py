"""Measuring in turn: each round runs every candidate once, and only figures of one run are compared.

A machine's speed moves by a factor of two within minutes; the ratio of two neighbours moves far less.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed table; ``aim`` is what the ratio should be."""

    what: str
    seconds: float
    ratio: str = ""
    aim: str = ""


def seconds(work: Callable[[], object], *, tidy: bool = True) -> float:
    """Wall-clock seconds of one call, with the garbage of earlier ones out of the way if it is ``tidy``."""
    if tidy:
        gc.collect()
    begun = perf_counter()
    work()
    return perf_counter() - begun


def in_turn(rounds: int, candidates: Mapping[str, Callable[[], float]]) -> dict[str, tuple[float, ...]]:
    """Every candidate once a round, in an order that turns; a candidate measures itself."""
    names = list(candidates)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        at = number % len(names)
        for name in (*names[at:], *names[:at]):
            found[name].append(candidates[name]())
    return {name: tuple(times) for name, times in found.items()}


def middle(times: Sequence[float]) -> float:
    """The median."""
    return median(times)


def ratio(slower: Sequence[float], quicker: Sequence[float]) -> float:
    """The median of the ratios of neighbours: each round's own pair."""
    return median(one / other for one, other in zip(slower, quicker, strict=True))


def shown(lines: Sequence[Line]) -> str:
    """The lines as a table of four columns."""
    rows = [("what", "seconds", "ratio", "aim")]
    rows += [(line.what, f"{line.seconds:.4f}", line.ratio, line.aim) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{what:<{widths[0]}}  {took:>{widths[1]}}  {times:>{widths[2]}}  {aim}".rstrip()
        for what, took, times, aim in rows
    )
