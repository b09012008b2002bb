"""Runs the program with a pulse in its loop: ``python -m tests.safety.pulse FILE serve …``.

The pulse measures for how long the loop was busy without a pause. The file holds the longest such time, in
seconds of the processor (which other programs of the machine cannot lengthen) and of the wall.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, thread_time

from uvicorn import Server

from tracker import cli

BEAT = 0.002
"""Seconds between two beats of a loop that has nothing to do."""


@dataclass(slots=True)
class Pulse:
    """The longest times between two beats: of the processor in the loop's thread, and of the wall."""

    processor: float = 0.0
    wall: float = 0.0

    async def beat(self, file: Path) -> None:
        """Measure for as long as the loop runs; what is longer than before is written down."""
        file.write_text(json.dumps(asdict(self)))
        spent, then = thread_time(), monotonic()
        while True:
            await asyncio.sleep(BEAT)
            busy, waited = thread_time() - spent, monotonic() - then - BEAT
            if busy > self.processor or waited > self.wall:
                self.processor, self.wall = max(busy, self.processor), max(waited, self.wall)
                file.write_text(json.dumps(asdict(self)))
            spent, then = thread_time(), monotonic()


def read(file: Path) -> Pulse:
    """What was measured so far."""
    return Pulse(**json.loads(file.read_text()))


class Measured(Server):
    """uvicorn's server with a pulse."""

    file = Path()

    async def main_loop(self) -> None:
        """Beat from when the server has started until it ends."""
        beating = asyncio.create_task(Pulse().beat(self.file))
        await super().main_loop()
        beating.cancel()


if __name__ == "__main__":
    import uvicorn

    Measured.file = Path(sys.argv.pop(1))
    uvicorn.Server = Measured  # type: ignore[misc]  # what ``tracker serve`` starts
    cli.main()
