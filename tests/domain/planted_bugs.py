"""Plants a bug into a copy of the pure core: one piece of its source text with something else in its place.

The copy is imported afresh under the product's own names and thrown away, so that the product has no switch.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

OURS = ("tracker", "tests.domain")
SECOND = "tests.domain.oracle"
"""The second reading knows nothing of the core: it stays, and with it what it has said of each world."""


@dataclass(frozen=True, slots=True)
class Bug:
    """What the bug does, the module of the core it sits in, the right text and the wrong one."""

    name: str
    module: str
    right: str
    wrong: str


class BuggyLoader(SourceFileLoader):
    """Loads one module with a bug in it, never from or into a cache."""

    bug: Bug

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path).decode()
        if source.count(self.bug.right) != 1:
            raise LookupError(f"the text of «{self.bug.name}» stands {source.count(self.bug.right)} times")
        return compile(source.replace(self.bug.right, self.bug.wrong), self.path, "exec", dont_inherit=True)


class Planter(MetaPathFinder):
    """Finds the one module with the bug; every other is found as ever."""

    def __init__(self, bug: Bug) -> None:
        self.bug = bug
        self.name = f"tracker.domain.{bug.module}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname == self.name else None
        if spec is None or spec.origin is None:
            return None
        loader = BuggyLoader(fullname, spec.origin)
        loader.bug = self.bug
        return spec_from_loader(fullname, loader)


@contextmanager
def planted(bug: Bug) -> Iterator[ModuleType]:
    """The comparing module over a core that has the bug; the real modules come back afterwards."""
    ours = {name: module for name, module in sys.modules.items() if _is_ours(name)}
    planter = Planter(bug)
    for name in ours:
        del sys.modules[name]
    sys.meta_path.insert(0, planter)
    try:
        yield importlib.import_module("tests.domain.compare")
    finally:
        sys.meta_path.remove(planter)
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(ours)


def _is_ours(name: str) -> bool:
    return name.startswith(OURS) and not name.startswith(SECOND)


def bugs() -> list[Bug]:
    """All bugs of the list beside this file."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [Bug(**bug) for bug in listed["bug"]]
