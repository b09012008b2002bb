"""Proof that the oracles and their worlds see: every planted bug shows within a thousand of them.

Every sixth bug is planted in an ordinary run, all of them every night; that each still has its place in the
core is asked in every run.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.domain.compare import readings
from tests.domain.planted_bugs import Bug, bugs, planted

WITHIN = 1_000
BUGS = bugs()
PLANTED = BUGS if os.environ.get("NIGHTLY") == "true" else BUGS[::6]
KNOWN = readings()


def first_world_that_shows(bug: Bug) -> int | None:
    """The seed of the first world (or story) that the buggy core reads otherwise, or cannot read at all."""
    with planted(bug) as compare:
        for seed in range(WITHIN):
            if compare.shows(bug.module, seed, KNOWN):
                return seed
    return None


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_shows_within_a_thousand_worlds(bug: Bug) -> None:
    assert first_world_that_shows(bug) is not None


def test_every_bug_has_its_one_place_in_the_core() -> None:
    for bug in BUGS:
        spec = find_spec(f"tracker.domain.{bug.module}")
        assert spec is not None, bug.name
        assert Path(spec.origin or "").read_text(encoding="utf-8").count(bug.right) == 1, bug.name


@pytest.mark.parametrize(
    ("module", "text"), [("days", "class Span"), ("deadlines", "class Basis"), ("digests", "class Line")]
)
def test_a_core_without_a_bug_reads_every_world_one_way(module: str, text: str) -> None:
    assert first_world_that_shows(Bug("none", module, text, text)) is None


def test_a_bug_whose_text_is_gone_is_not_taken_for_a_seen_one() -> None:
    with pytest.raises(LookupError):
        first_world_that_shows(Bug("nothing", "days", "this text stands nowhere", ""))


def test_the_core_is_itself_again_after_a_bug() -> None:
    before = dict(sys.modules)
    first_world_that_shows(BUGS[0])
    assert {name: module for name, module in sys.modules.items() if name in before} == before
