"""``python -m bench.telling``: whether the time of an answer tells what its words must not (AUT-4, RGN-3).

Both requests of a pair are sent many times in a random order. What is printed is how often the slower of two
answers would be guessed from their times: 0.50 is a coin, and at most 0.55 is aimed at. Passwords are hashed
cheaply here, so that nothing hides behind the hash. The processor's time is measured, for the wall clock
tells more of other work on the machine than of ours.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from time import process_time

from sqlalchemy import delete

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.regions.country import SCHOOL_B, TENDER_B, A
from tests.regions.doors import OF_B, TARGETS, decision_on
from tests.regions.work import settle_country
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.store import migrate
from tracker.store.engine import make_engine, transaction
from tracker.store.people_tables import ATTEMPT

AIM = 0.55
NOWHERE = "990740000999"
Ask = Callable[[], object]


def told_apart(ones: Sequence[float], others: Sequence[float]) -> float:
    """How often the slower of one and another is guessed right: the area under the curve, at least a half."""
    ordered = sorted(others)
    below = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in ones) / 2
    area = below / (len(ones) * len(others))
    return max(area, 1 - area)


def measured(pair: tuple[Ask, Ask], times: int, before: Ask) -> float:
    """Send both so often, in a random order, each after ``before``, which is not measured."""
    order = [0, 1] * times
    Random(4).shuffle(order)
    took: tuple[list[float], list[float]] = ([], [])
    for which in order:
        before()
        begun = process_time()
        pair[which]()
        took[which].append(process_time() - begun)
    return told_apart(*took)


def sign_ins(place: Place) -> Mapping[str, tuple[Ask, Ask]]:
    """A wrong password for a known account, beside accounts that are not there, disabled or only invited."""
    known, disabled = place.add(name="known").email, place.add(name="disabled")
    with transaction(place.engine) as session:
        enrolling.disable(session, Author("bench", place.clock.now()), disabled.id)
    others = {
        "unknown": "nobody@example.kz",
        "disabled": disabled.email,
        "invited": place.add(name="invited", password=None).email,
    }
    browser = place.browser()

    def wrong(email: str) -> Ask:
        return lambda: browser.sign_in(email, f"not {PASSWORD}")

    return {f"sign-in: {name} or known": (wrong(known), wrong(email)) for name, email in others.items()}


def foreign(place: Place) -> Mapping[str, tuple[Ask, Ask]]:
    """What lies in another region, beside what does not exist."""
    settle_country(place.engine)
    browser = place.browser()
    browser.sign_in(place.add(Role.HEAD, name="head", reach=Reach(frozenset({A}))).email)
    decision = decision_on(place.engine, SCHOOL_B, TARGETS[OF_B], "asked for")
    pairs = {
        "decision": (f"/decisions/{decision}", "/decisions/999999"),
        "page of a school": (f"/schools/{SCHOOL_B}", f"/schools/{NOWHERE}"),
        "question of a purchase": (f"/purchases/{SCHOOL_B}", f"/purchases/{NOWHERE}"),
        "API, a school": (f"/api/v1/schools/{SCHOOL_B}", f"/api/v1/schools/{NOWHERE}"),
        "API, a tender": (f"/api/v1/tenders/{TENDER_B}", "/api/v1/tenders/NOBODYS-T-202"),
    }
    return {
        f"{what}: foreign or absent": (opening(browser, one), opening(browser, other))
        for what, (one, other) in pairs.items()
    }


def opening(browser: Browser, path: str) -> Ask:
    """Open a page that is not there for her."""

    def ask() -> None:
        assert browser.get(path).status_code == 404

    return ask


def tell(folder: Path, times: int) -> bool:
    """Measure every pair and print what it tells; whether none tells more than it may."""
    engine = make_engine(f"sqlite:///{folder / 'telling.db'}")
    migrate.upgrade(engine)
    place = Place(engine)

    def forget_tries() -> None:
        with transaction(engine) as session:
            session.execute(delete(ATTEMPT))

    told = []
    for what, pair in {**sign_ins(place), **foreign(place)}.items():
        told.append(measured(pair, times, forget_tries))
        print(f"{what:<36} {told[-1]:.3f}  aim <= {AIM}", flush=True)
    engine.dispose()
    return max(told) <= AIM


def main() -> None:
    """Measure and print; ends with 1 where an answer tells more than it may."""
    parser = argparse.ArgumentParser(prog="bench.telling", description=__doc__)
    parser.add_argument("--times", type=int, default=2000)
    with tempfile.TemporaryDirectory() as folder:
        if not tell(Path(folder), parser.parse_args().times):
            sys.exit(1)


if __name__ == "__main__":
    main()
