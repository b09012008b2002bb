"""How commands are put together: they explain themselves, and answer the misspelt, in the reader's language.

The words are the family ``help`` of the catalogs: ``help.import`` says what a command does,
``help.import.file`` what one of its parameters means, ``help.every.region`` what it means everywhere else.
Docstrings are for readers of code. The desk is laid out once a command was understood, so that ``--help``
asks for no setting that is right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.models import CommandFunctionType

from tracker.desk import Desk
from tracker.render.catalogs import Words, load_words
from tracker.settings import language_of

FAMILY = "help."
EVERYWHERE = "help.every"
NOTHING_GIVEN = {"--"}
REFUSED = 2

WRONG = {
    "NoSuchOption": "option",
    "BadOptionUsage": "value",
    "MissingParameter": "missing",
    "BadParameter": "unfit",
}
"""What is wrong with a call, by the names Typer gives it; of anything else only the call is told."""


class Misspelt(TyperException):
    """A call that is no command: what is wrong with it, by a code, and the context in which it was read."""

    exit_code = REFUSED

    def __init__(self, context: typer.Context, wrong: str, *, given: str, near: str = "") -> None:
        super().__init__(wrong)
        self._context = context
        self._given = "".join(sign if sign.isprintable() else " " for sign in given)
        self._near = near

    def told(self) -> tuple[str, ...]:
        """What is wrong, how the command is written, and where all is explained."""
        words = words_of_help()
        wrong = words.say(f"help.wrong.{self.message}", given=self._given)
        if self._near:
            wrong += " " + words.say("help.wrong.near", near=self._near)
        explained = words.say("help.wrong.explained", command=f"{self._context.command_path} --help")
        return wrong, self._context.get_usage(), explained


class Group(TyperGroup):
    """A command with commands of its own; called alone it shows its help."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # Typer has no public names for these types
        """The first line of help and of complaints; from here on all words are ours."""
        _write_usage(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises :class:`Misspelt`."""
        if set(args) <= NOTHING_GIVEN:
            typer.echo(ctx.get_help())
            raise typer.Exit(REFUSED)
        with _understood(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Raises :class:`Misspelt`."""
        if args[0] not in self.commands:
            near = ", ".join(get_close_matches(args[0], self.commands))
            raise Misspelt(ctx, "command", given=args[0], near=near)
        return super().resolve_command(ctx, args)


class Command(TyperCommand):
    """A command that does something."""

    allow_extra_args = True  # it refuses them itself, in words

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The first line of help and of complaints; from here on all words are ours."""
        _write_usage(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises :class:`Misspelt`."""
        with _understood(ctx):
            rest = super().parse_args(ctx, args)
        if rest:
            raise Misspelt(ctx, "extra", given=" ".join(rest))
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Do it, with a desk as ``context.obj``; raises ``SettingsRefused`` and ``PolicyBroken``."""
        ctx.obj = Desk.open(os.environ)
        return super().invoke(ctx)


class Commands(typer.Typer):
    """Commands that explain themselves."""

    def __init__(self) -> None:
        super().__init__(cls=Group, add_completion=False, pretty_exceptions_enable=False)

    def command(
        self, name: str | None = None, **rest: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As of Typer, with our words."""
        return super().command(name, cls=Command, **rest)


def words_of_help() -> Words:
    """The words of help alone, in the language of the environment or else in the one that is usual."""
    return load_words(language_of(os.environ), FAMILY)


@contextmanager
def _understood(context: typer.Context) -> Iterator[None]:
    """What Typer says of a call in English is said again in words of ours."""
    try:
        yield
    except TyperException as error:
        wrong = WRONG.get(type(error).__name__, "call")
        parameter = getattr(error, "param", None)
        given = getattr(error, "option_name", context.command_path)
        if parameter is not None:
            _put_words(context)
            name = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
            given = f"{name} {_fitting(context, parameter)}".strip()
        near = ", ".join(getattr(error, "possibilities", None) or ())
        raise Misspelt(context, wrong, given=given, near=near) from error


def _fitting(context: typer.Context, parameter: Any) -> str:
    """What a parameter takes: its values, or what stands for them, and how large a number may be."""
    bounds = getattr(parameter, "min", None), getattr(parameter, "max", None)
    least_and_most = "" if None in bounds else "{}–{}".format(*bounds)
    return f"{parameter.display_type_rich(context)} {least_and_most}".strip()


def _write_usage(context: Any, formatter: Any) -> None:
    _put_words(context)
    pieces = context.command.collect_usage_pieces(context)
    prefix = words_of_help().say("help.usage") + " "
    formatter.write_usage(context.command_path, " ".join(pieces), prefix=prefix)


def _put_words(context: Any) -> None:
    """Give a command, its parameters, its own commands and the frame of the page their words."""
    words, command, code = words_of_help(), context.command, code_of(context)
    command.help = words.say(code)
    command.options_metavar = words.say("help.place.options")
    for parameter in command.get_params(context):
        parameter.help = words.say(code_of_parameter(words, code, parameter.name))
        parameter.metavar = _place(words, parameter)
        if parameter.param_type_name == "argument" and not parameter.type_descriptor.is_choice:
            parameter.display_type_rich = (
                _nothing  # else the name of a type of Python stands beside its place
            )
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = words.say("help.place.command")
        for name, inner in command.commands.items():
            inner.help = words.say(f"{code}.{name}")
    _title(words)


def code_of(context: Any) -> str:
    """The code of a command: ``help`` and the names by which it is called behind the program's."""
    return "help" if context.parent is None else f"{code_of(context.parent)}.{context.info_name}"


def code_of_parameter(words: Words, command: str, name: str) -> str:
    """The code of a parameter: of this command if it means something of its own there."""
    own = f"{command}.{name}"
    return own if words.knows(own) else f"{EVERYWHERE}.{name}"


def _place(words: Words, parameter: Any) -> str | None:
    """What stands for a value: nothing for a switch, and for a closed list the list itself."""
    kind = parameter.type_descriptor
    is_option = parameter.param_type_name == "option"
    if is_option and kind.annotation is bool:
        return ""
    if is_option and kind.is_choice:
        return None
    name = parameter.metavar or (kind.annotation.__name__ if is_option else parameter.name)
    place = f"help.place.{name.lower()}"
    return words.say(place) if words.knows(place) else str(name)  # it has its words already


def _nothing(ctx: Any) -> str:
    return ""


def _title(words: Words) -> None:
    """The words of Typer's own frame, which are constants of its."""
    from typer import rich_utils  # only who asks for help waits for it

    rich_utils.ARGUMENTS_PANEL_TITLE = words.say("help.title.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = words.say("help.title.options")
    rich_utils.COMMANDS_PANEL_TITLE = words.say("help.title.commands")
    rich_utils.DEFAULT_STRING = words.say("help.default", value="{}")
    rich_utils.REQUIRED_LONG_STRING = words.say("help.required")
