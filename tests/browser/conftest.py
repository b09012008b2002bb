"""One Chromium and two servers for all tests: over the small country, and over a register that is empty."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy import Engine

from tests.browser.served import Served, served
from tests.people import ADMIN
from tests.web.register import fill
from tracker.domain.people import Person
from tracker.domain.vocabulary import Language
from tracker.store.engine import make_engine
from tracker.web.deps import COOKIE

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is found; one without a screen costs half of the others' processor time."""

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. In CI a missing one is a failure, elsewhere a visible skip."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no Chromium")
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def country(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server over the small country; tests leave its register as it was."""
    with opened(migrated_sqlite, tmp_path_factory.mktemp("country")) as engine:
        fill(engine)
        with served(engine) as server:
            yield server


@pytest.fixture(scope="session")
def nothing(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server over a register that nobody has filled, nor will."""
    with opened(migrated_sqlite, tmp_path_factory.mktemp("nothing")) as engine, served(engine) as server:
        yield server


@pytest.fixture
def fresh(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Served]:
    """A server over an empty register of the test's own."""
    with opened(migrated_sqlite, tmp_path) as engine, served(engine) as server:
        yield server


@contextmanager
def opened(migrated: Path, folder: Path) -> Iterator[Engine]:
    """A copy of a migrated database."""
    path = folder / "tracker.db"
    shutil.copyfile(migrated, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def open_page(browser: Browser, country: Served) -> Iterator[Open]:
    """Opens a page of the small country (or of ``at``) at a size, in a language, with or without script."""
    with ExitStack() as contexts:

        def open_it(path: str, *, at: Served = country, **how: Any) -> Page:
            page = contexts.enter_context(blank_page(browser, at, **how))
            page.goto(path)
            return page

        yield open_it


@contextmanager
def blank_page(
    browser: Browser,
    at: Served,
    *,
    width: int,
    height: int = 768,
    language: Language = Language.KK,
    script: bool = True,
    person: Person | None = ADMIN,
) -> Iterator[Page]:
    """An empty page of somebody's own browser, before this server."""
    viewport: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=viewport, java_script_enabled=script, base_url=at.home)
    given = {COOKIE: language.value}
    if person is not None:
        given["tracker"] = at.cookie(person)
    context.add_cookies([{"name": name, "value": value, "url": at.home} for name, value in given.items()])
    yield context.new_page()
    context.close()
