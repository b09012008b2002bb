"""Who may do what: one table, from which the program, the documentation and the tests are made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the service (interfaces §3)."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    HEAD = "head"
    MINISTRY = "ministry"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Action(StrEnum):
    """What a page, a command or a program's request does."""

    READ = "read"
    EXPORT = "export"
    IMPORT = "import"
    READ_JOURNAL = "journal"
    MANAGE_PEOPLE = "people"
    OPERATE = "operate"
    OWN_ACCOUNT = "account"
    HOLD = "hold"
    SET_LEADS = "leads"
    DRAFT = "draft"
    APPROVE = "approve"
    WORK = "work"
    ASSIGN = "assign"


EVERYONE = frozenset(Role)
NATIONAL = frozenset({Role.MINISTRY, Role.AUDITOR, Role.ADMIN})
"""Roles that see every school by their nature; the others see what they are given."""

MATRIX: Mapping[Action, frozenset[Role]] = {
    Action.READ: EVERYONE,
    Action.EXPORT: EVERYONE,
    Action.IMPORT: frozenset({Role.OFFICER, Role.REVIEWER, Role.HEAD, Role.ADMIN}),
    Action.READ_JOURNAL: frozenset({Role.AUDITOR, Role.ADMIN}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
    Action.OPERATE: frozenset({Role.ADMIN}),
    Action.OWN_ACCOUNT: EVERYONE,
    Action.HOLD: frozenset({Role.OFFICER, Role.REVIEWER, Role.HEAD, Role.MINISTRY, Role.ADMIN}),
    Action.SET_LEADS: frozenset({Role.OFFICER, Role.REVIEWER, Role.HEAD}),
    Action.WORK: frozenset({Role.OFFICER, Role.REVIEWER, Role.HEAD, Role.MINISTRY, Role.ADMIN}),
    Action.ASSIGN: frozenset({Role.REVIEWER, Role.HEAD, Role.MINISTRY, Role.ADMIN}),
    Action.DRAFT: frozenset({Role.OFFICER, Role.REVIEWER, Role.HEAD}),
    Action.APPROVE: frozenset({Role.REVIEWER, Role.HEAD}),
}
"""The roles that may do each action, always within what the person may see."""


def may(role: Role, action: Action) -> bool:
    """Whether the role allows the action; what the table does not say is denied."""
    return role in MATRIX.get(action, frozenset())
