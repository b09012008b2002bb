"""The law of one process, and the last answers given with it: what was just asked is not worked out again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from tracker.domain.policy import Policy
from tracker.law.loader import load_policy

KEPT_SNAPSHOTS = 200
KEPT_NEEDS = 100_000
"""How many (scope, day, moment) answers a process remembers, and how many needs they may hold together."""


class Kept(Protocol):
    """An answer about needs that is worth keeping for the same question."""

    @property
    def needs(self) -> Sized:
        """The needs that it is about."""


KeptAnswer = TypeVar("KeptAnswer", bound=Kept)


@dataclass(frozen=True, slots=True)
class Earlier(Generic[KeptAnswer]):
    """The answer to the same question from the facts of an earlier ``version``."""

    version: int
    answer: KeptAnswer


@dataclass
class Book:
    """The law as loaded for this process, and the last answers given with it.

    Where several ask the same at once, one works it out and the others wait for that.
    """

    policy: Policy
    folder: Path | None = None
    _kept: OrderedDict[tuple[object, ...], Kept] = field(default_factory=OrderedDict, repr=False)
    _making: WeakValueDictionary[tuple[object, ...], Lock] = field(
        default_factory=WeakValueDictionary, repr=False
    )
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def load(cls, folder: Path | None = None) -> Book:
        """Read the bundled law, or that of ``folder``; raises ``PolicyBroken``."""
        return cls(load_policy(folder), folder)

    def remember(
        self, kind: type[KeptAnswer], key: tuple[object, ...], make: Callable[[], KeptAnswer]
    ) -> KeptAnswer:
        """The answer of a kind that is kept under ``key``, else the one that ``make`` gives."""
        with self._alone((kind, *key)):
            found = self._find(kind, (kind, *key))
            return self._keep((kind, *key), make()) if found is None else found

    def renew(
        self,
        kind: type[KeptAnswer],
        key: tuple[object, ...],
        version: int,
        make: Callable[[Earlier[KeptAnswer] | None], KeptAnswer],
    ) -> KeptAnswer:
        """As :meth:`remember`, of one version of the facts.

        ``make`` is given the newest answer of an earlier version, from which it may take what still holds.
        """
        named = (kind, *key)
        with self._alone((*named, version)):
            found = self._find(kind, (*named, version))
            if found is not None:
                return found
            earlier = self._earlier(kind, named, version)
            made = self._keep((*named, version), make(earlier))
            if earlier is not None:
                with self._lock:
                    self._kept.pop((*named, earlier.version), None)
            return made

    def _alone(self, key: tuple[object, ...]) -> Lock:
        """The lock of one question, as long as anybody asks it."""
        with self._lock:
            return self._making.setdefault(key, Lock())

    def _find(self, kind: type[KeptAnswer], key: tuple[object, ...]) -> KeptAnswer | None:
        with self._lock:
            kept = self._kept.get(key)
            if not isinstance(kept, kind):
                return None
            self._kept.move_to_end(key)
            return kept

    def _earlier(
        self, kind: type[KeptAnswer], named: tuple[object, ...], version: int
    ) -> Earlier[KeptAnswer] | None:
        with self._lock:
            found = [
                Earlier(key[-1], kept)
                for key, kept in self._kept.items()
                if key[:-1] == named and isinstance(kept, kind)
                if isinstance(key[-1], int) and key[-1] < version
            ]
        return max(found, key=lambda one: one.version, default=None)

    def _keep(self, key: tuple[object, ...], made: KeptAnswer) -> KeptAnswer:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > 1 and self._is_full():
                self._kept.popitem(last=False)
        return made

    def _is_full(self) -> bool:
        needs = sum(len(shot.needs) for shot in self._kept.values())
        return len(self._kept) > KEPT_SNAPSHOTS or needs > KEPT_NEEDS
