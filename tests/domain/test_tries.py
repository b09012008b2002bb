"""CHN-3: what failed for now is tried again after longer and longer, never all at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.domain.messages import PLAN, SPREAD, next_try

NOW = datetime(2027, 1, 15, 6, tzinfo=UTC)
KEYS = [f"digest:{person}:2027-01-15:1:mail" for person in range(200)]


def waits(attempts: int, wait: timedelta | None = None) -> list[timedelta]:
    """How long each key waits after so many tries."""
    return [at - NOW for key in KEYS if (at := next_try(key, attempts, NOW, wait))]


def test_each_wait_is_its_plan_s_and_up_to_a_fifth_more_and_no_two_come_back_together() -> None:
    for attempts, planned in enumerate(PLAN, 1):
        found = waits(attempts)
        assert planned <= min(found) < max(found) <= planned * (1 + SPREAD)
        assert len(set(found)) == len(KEYS)
        assert found == waits(attempts)
    assert list(PLAN) == sorted(PLAN)


def test_nobody_is_asked_before_she_wants_to_be() -> None:
    hour = timedelta(hours=1)
    assert set(waits(1, hour)) == {hour}
    assert waits(len(PLAN), hour) == waits(len(PLAN))


def test_when_the_plan_is_used_up_it_says_so() -> None:
    assert len(waits(len(PLAN))) == len(KEYS)
    assert waits(len(PLAN) + 1) == []
