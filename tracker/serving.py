"""Running the web face: on this machine, or in production behind a proxy that encrypts."""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
from contextlib import nullcontext, suppress
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from tracker import console, living, logs
from tracker.desk import Desk
from tracker.domain.errors import AddressTaken, SettingsRefused
from tracker.scheduler import working
from tracker.settings import Settings
from tracker.store import accounts, migrate
from tracker.web.app import create_app
from tracker.web.protocol import HEADER_ROOM, HttpsProtocol, Protocol


def serve(desk: Desk, *, host: str, port: int, workers: int, scheduler: bool) -> None:
    """Serve until stopped.

    Raises ``SettingsRefused`` for an address that others can reach anywhere but in production, which is fully
    set up and has no test clock; ``AddressTaken``, ``DatabaseNotReady``; ``WorkDied`` at the end.
    """
    if not _is_loopback(host) and desk.settings.environment != "production":
        raise SettingsRefused(name="--host", reason="production_only", value=host)
    migrate.require_ready(desk.engine)
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        console.say(*_told(desk, f"http://{shown}:{listener.getsockname()[1]}"))
        clock = desk.settings.clock()
        with suppress(KeyboardInterrupt):  # stopped on purpose, even before it has quite begun
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # uvicorn ends by it once more
            with working(desk.settings, desk.engine, desk.book, clock) if scheduler else nullcontext():
                try:
                    _run(desk.settings, workers, listener)
                finally:
                    living.leave(living.LEAVE_SECONDS - living.PAGES_SECONDS)


def _told(desk: Desk, url: str) -> list[str]:
    """What is said when the server listens at ``url``: who reaches it where, and how people come in."""
    public = desk.settings.base_url
    told = [desk.say("cli.serving", url=url)]
    if desk.settings.environment == "production":
        told.append(desk.say("cli.serving.network", url=public))
    else:
        told.append(desk.say("cli.serving.loopback"))
        if public != url:
            told.append(desk.say("cli.serving.links", url=public, here=url))
    if not _has_people(desk):
        told.append(desk.say("cli.serving.nobody"))
    return [*told, desk.say("cli.serving.people")]


def _has_people(desk: Desk) -> bool:
    with desk.reading() as session:
        return accounts.has_accounts(session)


def require_free(host: str, port: int) -> None:
    """Raise :class:`AddressTaken` where nobody can listen: for work that is to be of use to a server."""
    _listening(host, port).close()


def _listening(host: str, port: int) -> socket.socket:
    """The socket of the server; port 0 takes a free one. Raises :class:`AddressTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressTaken(host=host, port=port, reason=_hindrance(error)) from error


def _hindrance(error: OSError) -> str:
    """Why nobody can listen there: the word of ``AddressTaken``."""
    number = error.errno or 0
    if number == errno.EADDRNOTAVAIL or number < 0:  # below zero: a name that leads nowhere
        return "foreign"
    return "rights" if number in (errno.EACCES, errno.EPERM) else "taken"


def _run(settings: Settings, workers: int, listener: socket.socket) -> None:
    app: FastAPI | str = "tracker.serving:app_of_worker"
    if workers == 1:
        app = create_app(settings, settings.clock())
    os.environ["TRACKER_DATABASE_URL"] = settings.database_url  # what a worker process reads
    config = uvicorn.Config(
        app,
        factory=workers > 1,
        workers=workers,
        http=HttpsProtocol if settings.is_https else Protocol,
        ws="none",
        h11_max_incomplete_event_size=HEADER_ROOM,
        proxy_headers=False,  # whom to believe is TRACKER_TRUSTED_PROXIES
        server_header=False,
        access_log=False,  # its lines hold addresses, and these may hold secrets
        timeout_graceful_shutdown=living.PAGES_SECONDS,
        log_config=logs.configuration("INFO" if settings.environment == "production" else "WARNING"),
    )
    if workers == 1:
        _Server(config).run(sockets=[listener])
    else:
        _Supervisor(config, sockets=[listener]).run()


class _Server(uvicorn.Server):
    """One process: with the first signal it begins to leave, the second ends it."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take the first signal."""
        living.leave()
        super().handle_exit(sig, frame)


class _Supervisor(Multiprocess):
    """Several processes: those whose requests do not end are ended."""

    def terminate_all(self) -> None:
        """Begin to leave."""
        living.leave()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the processes as long as their requests may take, and end them then."""
        until = monotonic() + living.PAGES_SECONDS + 2
        for worker in self.processes:
            worker.process.join(max(0.0, until - monotonic()))
            worker.process.kill()
        super().join_all()


def app_of_worker() -> FastAPI:
    """The app of one of several worker processes, set up from the environment."""
    settings = Settings.from_env(os.environ)
    return create_app(settings, settings.clock())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
