"""Who may do what, as a page of documentation: made from the one table of rights and the routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracker.domain.roles import Action, Role, may
from tracker.render.catalogs import Words

Route = tuple[str, str, Action | None]
"""A path, its method, and the right that it asks for; None where no sign-in is needed."""


def roles_of(action: Action | None) -> tuple[Role, ...]:
    """The roles that have a right, in the order of roles; none where nobody needs one."""
    return tuple(role for role in Role if action is not None and may(role, action))


def rights_page(words: Words, routes: Iterable[Route]) -> str:
    """Both tables in Markdown: rights by roles, and routes with the right that each asks for."""
    parts = (
        _heading(words),
        _rights(words),
        (f"## {words.say('rights.routes')}", ""),
        _routes(words, routes),
    )
    return "\n".join(line for part in parts for line in part)


def _heading(words: Words) -> Iterator[str]:
    yield from (f"# {words.say('rights.title')}", "", words.say("rights.note"), "")


def _rights(words: Words) -> Iterator[str]:
    yield from _table(
        (words.say("cli.column.action"), *(words.say(f"role.{role}") for role in Role)),
        (
            (f"{words.say(f'right.{action}')} (`{action}`)", *(_mark(words, role, action) for role in Role))
            for action in Action
        ),
    )


def _routes(words: Words, routes: Iterable[Route]) -> Iterator[str]:
    titles = tuple(words.say(f"cli.column.{name}") for name in ("path", "method", "action", "roles"))
    yield from _table(titles, (_route(words, *route) for route in routes))


def _route(words: Words, path: str, method: str, action: Action | None) -> tuple[str, ...]:
    if action is None:
        return f"`{path}`", method, words.say("right.anyone"), words.say("rights.anyone")
    roles = ", ".join(words.say(f"role.{role}") for role in roles_of(action))
    return f"`{path}`", method, f"`{action}`", roles


def _mark(words: Words, role: Role, action: Action) -> str:
    return words.say("rights.yes") if may(role, action) else "–"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""
