"""The test's end of :mod:`tests.delivery.warm`: many processes of ``tracker``, signalled and waited for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.delivery.talking import Talk, talking


@dataclass(frozen=True)
class One:
    """One process; ``says`` is the file of all that it has said."""

    farm: Farm
    process: int
    says: Path

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.process, number)

    def wait(self) -> int:
        """Its exit status, below zero the signal that killed it."""
        return self.farm.ask({"do": "wait", "process": self.process})

    @property
    def said(self) -> str:
        """All it has said so far."""
        return self.says.read_text("utf-8") if self.says.exists() else ""

    def until(self, words: str, seconds: float = 30) -> None:
        """Wait until it has said something."""
        give_up = monotonic() + seconds
        while words not in self.said:
            assert monotonic() < give_up, self.said
            sleep(0.01)


@dataclass(frozen=True)
class Farm:
    """The process that forks them."""

    talk: Talk
    folder: Path

    def ask(self, request: Mapping[str, object]) -> int:
        """Ask something of it."""
        return self.talk.ask(json.dumps(request))

    def start(
        self, *words: str, environment: Mapping[str, str], tick: float = 60, strike: str | None = None
    ) -> One:
        """Run ``tracker`` with these words; it ticks every so many seconds."""
        says = self.folder / f"says-{len(list(self.folder.glob('says-*')))}"
        more = {} if strike is None else {"strike": strike}
        says.touch()
        asked = {**self._asked(words, environment), "do": "start", "tick": tick, "says": str(says)}
        return One(self, self.ask({**asked, **more}), says)

    def rehearse(self, *words: str, environment: Mapping[str, str]) -> None:
        """Run it once where all others are forked: what they need for this database is compiled then."""
        assert self.ask({**self._asked(words, environment), "do": "rehearse"}) == 0

    def _asked(self, words: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, object]:
        """Nobody whom they speak to shows a certificate: they read none of those that this machine trusts."""
        own = {"PATH": os.environ["PATH"], "TRACKER_LANGUAGE": "en", "SSL_CERT_DIR": str(self.folder)}
        return {"words": words, "environment": {**own, **environment}, "folder": str(self.folder)}


@contextmanager
def farm(folder: Path) -> Iterator[Farm]:
    """Start it; what they say lies in the folder."""
    with talking([sys.executable, "-m", "tests.delivery.warm"]) as talk:
        yield Farm(talk, folder)
