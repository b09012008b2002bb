"""What one command works with: settings, clock read once, database, law and words."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import LEGAL_ZONE, legal_day
from tracker.domain.asked import is_day, read_day, read_moment
from tracker.domain.errors import FilterNotKnown, MomentRefused, SettingsRefused, TrackerError
from tracker.domain.vocabulary import Language
from tracker.feeds.regions import find_region
from tracker.render.catalogs import Words, load_words
from tracker.render.formats import Formats
from tracker.render.sentences import Sentences
from tracker.services import demonstrating
from tracker.services.evaluating import Book
from tracker.settings import Settings, language_of
from tracker.store import migrate
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING, Scope

DEMO_URL = "sqlite:///demo.db"


@dataclass(frozen=True)
class Desk:
    """One command's tools. ``now`` is the moment at which the command began."""

    settings: Settings
    now: datetime
    engine: Engine
    book: Book
    sentences: Sentences

    @classmethod
    def open(cls, environ: Mapping[str, str]) -> Desk:
        """Lay out the tools; opens nothing yet. Raises ``SettingsRefused`` and ``PolicyBroken``."""
        return cls._laid_out(Settings.from_env(environ))

    @classmethod
    def for_demo(cls, environ: Mapping[str, str]) -> Desk:
        """The tools of the demo: the database that is named if it is empty, else one of its own.

        Raises ``SettingsRefused`` in production, where nobody is to come in with a password of the demo.
        """
        settings = Settings.from_env(environ)
        if settings.environment == "production":
            raise SettingsRefused(name="TRACKER_ENV", reason="no_demo")
        if not settings.secret:  # one that dies with the demo, as its passwords do
            settings = replace(settings, secret=secrets.token_urlsafe(32))
        if "TRACKER_DATABASE_URL" in environ:
            desk = cls._laid_out(settings)
            if demonstrating.is_welcome(desk.engine):
                return desk
        return cls._laid_out(replace(settings, database_url=DEMO_URL))

    @classmethod
    def _laid_out(cls, settings: Settings) -> Desk:
        return cls(
            settings=settings,
            now=settings.clock().now(),
            engine=make_engine(settings.database_url),
            book=Book.load(settings.policy_dir),
            sentences=_sentences(settings.language),
        )

    @staticmethod
    def words_for(environ: Mapping[str, str], error: TrackerError) -> tuple[str, ...]:
        """A refusal in words, in the language of the environment even if that is what was refused."""
        sentences = _sentences(language_of(environ))
        told = sentences.error(error)
        if sentences.words.knows(hint := f"cli.hint.{error.code}"):
            return told, sentences.words.say(hint, **sentences.formats.places(error.details))
        details = "; ".join(f"{name}: {given}" for name, given in sentences.details(error))
        return (told, details) if details else (told,)

    @property
    def today(self) -> date:
        """The legal day of the command."""
        return legal_day(self.now)

    @property
    def actor(self) -> str:
        """Who acts, for the journal: the account on this machine, by its number where it has no name."""
        try:
            return f"cli:{getpass.getuser()}"
        except (KeyError, OSError):  # a container may run under a bare number
            return f"cli:{os.getuid()}"

    def say(self, code: str, **places: object) -> str:
        """Words of the command line."""
        words: Words = self.sentences.words
        return words.say(code, **places)

    def day(self, text: str | None) -> date:
        """The day asked for, else today; raises ``DayNotReadable``."""
        return self.today if text is None else read_day(text)

    def moment(self, text: str | None) -> datetime | None:
        """The moment of knowledge asked for; a day alone means its end. Raises ``DayNotReadable``."""
        return None if text is None else read_moment(text)

    def recording_moment(self, text: str | None) -> datetime | None:
        """The moment to record at, if one is given; today as a day means now, for its end is still to come.

        Raises ``DayNotReadable``, and ``MomentRefused`` for a moment in the future.
        """
        moment = self.moment(text)
        if text is None or moment is None or moment <= self.now:
            return moment
        if is_day(text) and legal_day(moment) == self.today:
            return self.now
        raise MomentRefused(moment=moment)

    @staticmethod
    def scope(region: str | None) -> Scope:
        """Everything, or one region; raises ``FilterNotKnown``."""
        if region is None:
            return EVERYTHING
        code = find_region(region)
        if code is None:
            raise FilterNotKnown(name="region", value=region, reason="region")
        return Scope.of(code)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading session on a database of this program's schema."""
        migrate.require_ready(self.engine)
        with reading(self.engine, seeing=EVERYTHING) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing session on a database of this program's schema."""
        migrate.require_ready(self.engine)
        with transaction(self.engine, seeing=EVERYTHING) as session:
            yield session


def _sentences(language: Language) -> Sentences:
    words = load_words(language)
    return Sentences(words, Formats(words, LEGAL_ZONE))
