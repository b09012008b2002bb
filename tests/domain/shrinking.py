"""Makes a failing world small, so that a person can read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.domain.worlds import World


def smaller(world: World) -> Iterator[World]:
    """Every world with one thing less: a line, a tender, an event, a stated day, the past."""
    facts = world.facts
    for n in range(len(facts.lines)):
        yield replace(world, facts=replace(facts, lines=facts.lines[:n] + facts.lines[n + 1 :]))
    for n in range(len(facts.tenders)):
        yield replace(world, facts=replace(facts, tenders=facts.tenders[:n] + facts.tenders[n + 1 :]))
    for n, tender in enumerate(facts.tenders):
        for m in range(len(tender.events)):
            fewer = replace(tender, events=tender.events[:m] + tender.events[m + 1 :])
            yield replace(
                world, facts=replace(facts, tenders=(*facts.tenders[:n], fewer, *facts.tenders[n + 1 :]))
            )
    if world.past:
        yield replace(world, past=())
    yield replace(world, facts=replace(facts, needed_from=None))
    yield replace(world, facts=replace(facts, needed_until=None, closed_on=None, confirmed_on=None))


def shrink(world: World, fails: Callable[[World], bool]) -> World:
    """The smallest world found, one thing taken away at a time, that still fails."""
    while True:
        less = next((w for w in smaller(world) if w != world and fails(w)), None)
        if less is None:
            return world
        world = less
