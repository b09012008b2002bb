"""Pages of a real server under load, beside its plain-text route: what people wait for at their desks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from bench.rounds import in_turn, seconds
from bench.sending import NOW
from tests.databases import shown
from tracker.domain.people import NOWHERE
from tracker.domain.roles import Role
from tracker.store import people
from tracker.store.engine import transaction

CLIENTS = 4
"""People who ask at the same time, each the next page as soon as she has one."""

PLAIN = "plain text"


@dataclass(frozen=True)
class Desk:
    """A server, and the cookie of somebody who sees every school."""

    port: int
    cookie: str

    def ask(self, path: str, times: int) -> list[float]:
        """The seconds of so many requests, one after another over one connection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        took = [seconds(partial(self._get, connection, path), tidy=False) for _ in range(times)]
        connection.close()
        return took

    def slowest_of_twenty(self, path: str, requests: int) -> float:
        """The 95th percentile of the seconds, asked by everybody at once."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            each = [clients.submit(self.ask, path, -(-requests // CLIENTS)) for _ in range(CLIENTS)]
            return quantiles([took for asked in each for took in asked.result()], n=20)[-1]

    def _get(self, connection: HTTPConnection, path: str) -> None:
        connection.request("GET", path, headers={"cookie": f"tracker={self.cookie}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)


@contextmanager
def desk(engine: Engine) -> Iterator[Desk]:
    """``tracker serve`` as people start it, on the day of the invented register."""
    with TemporaryDirectory() as folder:
        clock = Path(folder) / "clock"
        clock.write_text(NOW.isoformat())
        given = {
            "TRACKER_DATABASE_URL": shown(engine.url),
            "TRACKER_ENV": "test",
            "TRACKER_CLOCK_FILE": str(clock),
        }
        words = [sys.executable, "-m", "tracker", "serve", "--no-scheduler", "--port", "0"]
        with subprocess.Popen(words, env=os.environ | given, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            told = next(filter(None, (re.search(r"127\.0\.0\.1:(\d+)", line) for line in server.stdout)))
            yield Desk(int(told[1]), _sign_in(engine))
            server.terminate()


def _sign_in(engine: Engine) -> str:
    with transaction(engine) as session:
        number = people.add_person(
            session, email="reader@example.kz", name="", role=Role.MINISTRY, reach=NOWHERE, at=NOW
        )
        return people.begin_session(
            session, number, at=NOW, address="127.0.0.1", agent="bench", known_by="bench"
        )


def compare(
    engine: Engine, school_id: str, *, requests: int, rounds: int
) -> tuple[Mapping[str, float], Mapping[str, tuple[float, ...]]]:
    """The seconds of the first request of each page, then the 95th percentiles of many, in turn."""
    paths = {"board": "/", "queue": "/queue", "school": f"/schools/{school_id}", PLAIN: "/healthz"}
    with desk(engine) as asked:
        first = {name: asked.ask(path, 1)[0] for name, path in paths.items()}
        load = {name: partial(asked.slowest_of_twenty, path, requests) for name, path in paths.items()}
        return first, in_turn(rounds, load)
