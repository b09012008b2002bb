"""Running the web face, on this machine only until people can sign in."""

from __future__ import annotations

import ipaddress
import os
from contextlib import nullcontext
from functools import partial

import uvicorn
from fastapi import FastAPI

from tracker import console
from tracker.desk import Desk
from tracker.domain.errors import SettingsRefused
from tracker.scheduler import ticking
from tracker.settings import Settings
from tracker.web.app import create_app


def serve(desk: Desk, *, host: str, port: int, workers: int, scheduler: bool) -> None:
    """Serve until stopped. Raises ``SettingsRefused`` for an address that others can reach."""
    if not _is_loopback(host):
        raise SettingsRefused(name="--host", reason="loopback_only", value=host)
    shown = f"[{host}]" if ":" in host else host
    console.say(
        desk.say("cli.serving", url=f"http://{shown}:{port}"),
        desk.say("cli.serving.loopback"),
        desk.say("cli.serving.no_people"),
    )
    with ticking(desk.engine, desk.book, desk.settings.clock()) if scheduler else nullcontext():
        run = partial(uvicorn.run, host=host, port=port, log_level="warning", server_header=False)
        if workers == 1:
            run(create_app(desk.settings, desk.settings.clock()))
        else:
            os.environ["TRACKER_DATABASE_URL"] = desk.settings.database_url
            run("tracker.serving:app_of_worker", factory=True, workers=workers)


def app_of_worker() -> FastAPI:
    """The app of one of several worker processes, set up from the environment."""
    settings = Settings.from_env(os.environ)
    return create_app(settings, settings.clock())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
