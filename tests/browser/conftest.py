"""A real server on this machine and the system's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from tests.web.register import NOW, fill
from tracker.clock import FixedClock
from tracker.domain.vocabulary import Language
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web.app import create_app
from tracker.web.deps import COOKIE

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. In CI a missing one is a failure, elsewhere a visible skip."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no Chromium")
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """The small country."""
    opened = make_engine(sqlite_url)
    fill(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def home(engine: Engine) -> Iterator[str]:
    """The address of a server over the small country."""
    app = create_app(Settings(), FixedClock(NOW), engine)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def open_page(browser: Browser, home: str) -> Iterator[Open]:
    """Opens a page of the server at a size, in a language, with or without script."""
    contexts = []

    def open_it(
        path: str, *, width: int, height: int = 768, language: Language = Language.KK, script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, base_url=home
        )
        context.add_cookies([{"name": COOKIE, "value": language.value, "url": home}])
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()
