"""A process of the tests that is asked something in a line and answers with a number."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tracker.paths import PACKAGE


@dataclass(frozen=True)
class Talk:
    """It says 0 once it is ready, and ends when nobody asks any more."""

    process: subprocess.Popen[str]

    def ask(self, *words: object) -> int:
        """Say a line; the number that it answers."""
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)
        return self.hear()

    def hear(self) -> int:
        """A number that it says."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@contextmanager
def talking(words: Sequence[str]) -> Iterator[Talk]:
    """Start it."""
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PACKAGE.parent
    ) as process:
        talk = Talk(process)
        assert talk.hear() == 0
        yield talk
        assert process.stdin is not None
        process.stdin.close()
