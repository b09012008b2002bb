"""A person and what she may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.roles import NATIONAL, Action, Role, may
from tracker.domain.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Reach:
    """The schools a person may see: whole regions, districts (region, name) and single schools."""

    regions: frozenset[str] = frozenset()
    districts: frozenset[tuple[str, str]] = frozenset()
    schools: frozenset[str] = frozenset()


NOWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is signed in, with a password, through another provider or by a token.

    ``telephone`` is empty where she has stated none, and ``is_invited`` tells of a colleague who never
    took up her account. ``allowed`` narrows what the role may do,
    ``only_region`` where: a token may carry less than its person.
    """

    id: int
    email: str
    name: str
    role: Role
    language: Language | None = None
    reach: Reach = NOWHERE
    allowed: frozenset[Action] = frozenset(Action)
    only_region: str | None = None
    telephone: str = ""
    is_invited: bool = field(default=False, compare=False)

    def may(self, action: Action) -> bool:
        """Whether the person may do this at all; her reach says where."""
        return action in self.allowed and may(self.role, action)

    @property
    def sees_everything(self) -> bool:
        """Whether the role reads the whole country."""
        return self.role in NATIONAL

    @property
    def whole_region(self) -> str | None:
        """The one region that is all she sees; None for who sees more than one, or only parts of one."""
        reach = self.reach
        if self.sees_everything or self.only_region is not None or reach.districts or reach.schools:
            return None
        return next(iter(reach.regions)) if len(reach.regions) == 1 else None

    @property
    def mark(self) -> str:
        """How the journal names her: stable, and nothing of her own."""
        return f"person:{self.id}"


class TokenScope(StrEnum):
    """What a program may do with a token."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"


TOKEN_ACTIONS: Mapping[TokenScope, frozenset[Action]] = {
    TokenScope.READ: frozenset({Action.READ, Action.EXPORT}),
    TokenScope.WRITE: frozenset({Action.READ, Action.EXPORT, Action.IMPORT}),
    TokenScope.OPERATE: frozenset({Action.OPERATE}),
}
"""No token manages people or accounts: whoever steals one cannot make another."""
