"""What is found out when first asked for, and then known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, overload

Owner = TypeVar("Owner")
Found = TypeVar("Found")


class once(Generic[Owner, Found]):
    """``functools.cached_property`` without the lock that Python 3.11 takes for each value of each object."""

    def __init__(self, find: Callable[[Owner], Found]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Owner]) -> once[Owner, Found]: ...

    @overload
    def __get__(self, owner: Owner, kind: type[Owner]) -> Found: ...

    def __get__(self, owner: Owner | None, kind: type[Owner]) -> once[Owner, Found] | Found:
        """Find the value and keep it where Python looks first from then on."""
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._find(owner)
        return found
