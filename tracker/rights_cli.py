"""``tracker routes``: every page and request of the server with the roles that may use it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from tracker import console
from tracker.desk import Desk
from tracker.render.rights import rights_page, roles_of


class RightsFormat(StrEnum):
    """How the table of rights is printed; as Markdown it is ``docs/roles.md``."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def routes(
    context: typer.Context,
    how: Annotated[RightsFormat, typer.Option("--format")] = RightsFormat.TABLE,
) -> None:
    """List every page and request of the server, and who may use it."""
    from tracker.web.app import create_app  # seconds to load: only who asks for the web face waits for it
    from tracker.web.rules import rules_of

    desk: Desk = context.obj
    rules = sorted(rules_of(create_app(desk.settings, desk.settings.clock(), desk.engine)), key=_place)
    if how is RightsFormat.MARKDOWN:
        sys.stdout.write(rights_page(desk.sentences.words, rules))
        return
    names = ("path", "method", "action", "roles")
    rows = [(path, method, action or "anyone", ";".join(roles_of(action))) for path, method, action in rules]
    shown = [desk.say(f"cli.column.{name}") for name in names] if how is RightsFormat.TABLE else names
    console.print_rows(shown, rows, console.Format(how))


def _place(rule: tuple[str, str, object]) -> tuple[str, str]:
    return rule[:2]
