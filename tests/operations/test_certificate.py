"""Whoever runs the service hears in time that the certificate of its address ends (OBS-2)."""

from __future__ import annotations

import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine

from tests.channels.certificates import BEGAN, signed
from tests.operations.test_loudness import MovedClock, told
from tests.operations.test_operations import BOOK
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.channels import certificate
from tracker.clock import FixedClock, legal_day
from tracker.domain.vocabulary import Language
from tracker.scheduler import Tick
from tracker.services import operating
from tracker.store import jobs
from tracker.store.engine import transaction
from tracker.store.jobs import Job
from tracker.tick import CERTIFICATE


class Proxy(socketserver.ThreadingTCPServer):
    """What stands at our address: it shows its certificate and hangs up."""

    daemon_threads = True

    def __init__(self, shows: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.shows = shows

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self.shows.wrap_socket(request, server_side=True).close()

    @property
    def address(self) -> str:
        """What people open."""
        return f"https://127.0.0.1:{self.server_address[1]}"


def shown(folder: Path, days_left: int) -> ssl.SSLContext:
    """A certificate that an authority of the department's own has signed."""
    authority = signed("authority.example.kz", is_authority=True)
    return signed("127.0.0.1", authority, days=(NOW - BEGAN).days + 1 + days_left).server(folder)


@contextmanager
def proxy(folder: Path, *, days_left: int) -> Iterator[Proxy]:
    with Proxy(shown(folder, days_left)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_certificate_that_ends_is_told_until_another_is_there(
    empty: Engine, visit: Visit, tmp_path: Path
) -> None:
    clock = MovedClock()
    with proxy(tmp_path, days_left=13) as server:
        tick = Tick(empty, BOOK, clock, site=server.address)
        tick()
        assert told(empty, visit) == (True, ["certificate_ends"], True)
        server.shows = shown(tmp_path, 15)
        clock.moment += CERTIFICATE - timedelta(seconds=1)
        tick()
        assert "certificate_ends" in told(empty, visit)[1]
        clock.moment += timedelta(seconds=1)
        tick()
    assert "certificate_ends" not in told(empty, visit)[1]
    assert "Good until" in text_of(visit(empty, Language.EN).get("/operations").text)


def test_a_certificate_that_has_ended_is_told_too(empty: Engine, visit: Visit, tmp_path: Path) -> None:
    with proxy(tmp_path, days_left=-3) as server:
        Tick(empty, BOOK, FixedClock(NOW), site=server.address)()
    assert told(empty, visit)[1] == ["certificate_ends"]


@pytest.mark.parametrize("hours", [1, 25])
def test_a_look_of_long_ago_and_one_at_an_address_that_is_ours_no_more_alarm_nobody(
    empty: Engine, visit: Visit, hours: int
) -> None:
    ends_at, at = (NOW + timedelta(days=13)).isoformat(), NOW - timedelta(hours=hours)
    with transaction(empty) as session:
        jobs.record(session, Job.CERTIFICATE, began_at=at, ended_at=at, ends_at=ends_at)
    found = operating.shortcomings(empty, now=NOW, today=legal_day(NOW))
    assert ("certificate_ends" in found) is (hours == 1)
    Tick(empty, BOOK, FixedClock(NOW))()
    assert told(empty, visit)[1] == []


@pytest.mark.parametrize("site", ["https://127.0.0.1:9", "https://[::1]:9", "http://127.0.0.1:9"])
def test_where_no_certificate_is_seen_it_is_unknown_and_nobody_is_alarmed(
    empty: Engine, visit: Visit, site: str
) -> None:
    Tick(empty, BOOK, FixedClock(NOW), site=site)()
    assert told(empty, visit)[1] == []
    assert "Not known: the address is not https" in text_of(visit(empty, Language.EN).get("/operations").text)


def test_an_address_that_is_not_encrypted_has_none() -> None:
    assert certificate.ends_at("http://tracker.example.kz") is None
