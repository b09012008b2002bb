"""What people say to the bot: buttons they press, and the code by which they make themselves known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tracker.domain.messages import Fault

_START = re.compile(r"/start(?:@\w+)?\s+(?P<code>[A-Za-z0-9_-]{1,64})\s*")


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed. ``id`` is what ``answer_button`` answers, ``data`` as we sent it.

    ``from_id`` is the person, ``chat`` where the button stood: the same only in a private chat, ``under`` the
    number of the message there; ``number`` is the place among all that was said.
    """

    id: str
    from_id: int
    chat: str
    is_private: bool
    data: str
    under: str
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody came by a link of ours (``https://t.me/<bot>?start=<code>``)."""

    from_id: int
    chat: str
    is_private: bool
    code: str
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Received:
    """What was said since ``offset`` was asked for, and what to ask for next; ``fault`` if nobody told us."""

    updates: tuple[Press | Start, ...]
    offset: int
    fault: Fault | None = None


def read(result: object, offset: int) -> Received:
    """The updates of an answer; what is neither a press nor a start is passed over."""
    given = [each for each in result if isinstance(each, Mapping)] if isinstance(result, list) else []
    numbers = [each["update_id"] for each in given if isinstance(each.get("update_id"), int)]
    found = tuple(update for each in given for update in _read(each))
    return Received(found, max((offset, *(number + 1 for number in numbers))))


def _read(update: Mapping[str, object]) -> Iterator[Press | Start]:
    number = update.get("update_id")
    if not isinstance(number, int):
        return
    try:
        match update:
            case {"callback_query": {"id": str(id_), "from": {"id": int(who)}, "data": str(data), **rest}}:
                chat, is_private = _chat(rest["message"])
                yield Press(id_, who, chat, is_private, data, _number(rest["message"]), number)
            case {"message": {"from": {"id": int(who)}, "text": str(text)} as message}:
                chat, is_private = _chat(message)
                if found := _START.fullmatch(text):
                    yield Start(who, chat, is_private, found["code"], number)
    except (KeyError, TypeError):
        return


def _number(message: object) -> str:
    """What a message is called in its chat; raises TypeError if it has no number."""
    match message:
        case {"message_id": int(number)}:
            return str(number)
    raise TypeError


def _chat(message: object) -> tuple[str, bool]:
    """The chat of a message and whether nobody else reads it; raises TypeError if it names none."""
    match message:
        case {"chat": {"id": int(number), "type": str(kind)}}:
            return str(number), kind == "private"
    raise TypeError
