"""How a process lives and ends: threads without which it must not go on, and an end that comes in time."""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread, Timer

from tracker.domain.errors import WorkDied

LEAVE_SECONDS = 28
"""From the first signal to the end of the process, whatever holds it up (reliability FLT-19: 30 s)."""

PAGES_SECONDS = 8
"""How long requests that are under way may still take."""

LETTERS_SECONDS = 12
"""How long letters in hand may still take."""

CUT_OFF = 1
"""The exit status of a process that did not end by itself."""

log = logging.getLogger(__name__)


@contextmanager
def loading() -> Iterator[None]:
    """While code is loaded nothing becomes garbage, and it lives as long as the process: the collector of
    garbage looks at it neither now nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Vital(Thread):
    """A thread whose death ends the process: none looks healthy while its work is dead (OBS-1).

    The process is asked to end as by an operator, so that what still lives of it ends in order.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        super().__init__(name=name, daemon=True)
        self._work, self.is_dead = work, False

    def run(self) -> None:
        """Work."""
        try:
            self._work()
        except BaseException:  # also what ends a thread on purpose: nobody has asked for it
            log.critical("%s has died, and the process with it", self.name, exc_info=True)
            self.is_dead = True
            os.kill(os.getpid(), signal.SIGTERM)

    def require(self) -> None:
        """Raises :class:`WorkDied` if it has died of itself."""
        if self.is_dead:
            raise WorkDied(reason=self.name)


def leave(seconds: float = LEAVE_SECONDS) -> None:
    """End the process within these seconds; from now on a second signal ends it at once.

    What is cut off so loses nothing: it follows the rules of a kill.
    """
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_DFL)
    end = Timer(seconds, _cut_off)
    end.daemon = True
    end.start()


def _cut_off() -> None:
    log.critical("the process did not end in time: what it had in hand is done again")
    os._exit(CUT_OFF)
