"""Letters by a bot of Telegram (Bot API), and what people answer to it (CHN-11 to CHN-14)."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from tracker.channels.channel import LONGEST_SEND
from tracker.channels.pace import Pace
from tracker.channels.posting import Answer, Bounds, NotPosted, asked_wait, post
from tracker.channels.telegram_text import keyboard, parts, text_of
from tracker.channels.telegram_updates import Received, read
from tracker.channels.texts import kept, one_line
from tracker.channels.trust import trust
from tracker.domain.errors import SettingsRefused
from tracker.domain.messages import NUMBERED, Delivery, Fate, Fault, Letter

URL = "https://api.telegram.org"

IN_ALL = 30
"""Messages a second (Bot API FAQ; not a promise of theirs)."""

TO_EACH = 1
"""Messages a second to one chat (Bot API FAQ)."""

LONGEST_NOTICE = 200
"""Signs of an answer to a button (Bot API, answerCallbackQuery)."""

_CONNECT = 10.0
_MOST_READ = 4 * 1024 * 1024
_MOST_UNFINISHED = 1_000
_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")
_ADDRESS = re.compile(r"https?://[a-z0-9.:\[\]-]+(/[\w./~-]*)?", re.ASCII)
_CHAT = re.compile(r"-?[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer of the Bot API; ``status`` is its own code where it gives one."""

    is_ok: bool
    status: int
    is_theirs: bool
    result: object = None
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def moved_to(self) -> str | None:
        """The number of the chat that a group has become."""
        number = self.parameters.get("migrate_to_chat_id")
        return str(number) if isinstance(number, int) and number else None


class TelegramSender:
    """Speaks as one bot. Its token stands in no message of an error, no log and no ``repr``."""

    def __init__(
        self,
        token: str,
        url: str = URL,
        *,
        longest: float = LONGEST_SEND,
        pace: Pace | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise SettingsRefused(name="TRACKER_TELEGRAM_TOKEN", reason="value")
        self._token, self._base = token, f"{_origin(url)}/bot{token}"
        self._longest = longest
        self._pace = pace or Pace(IN_ALL, TO_EACH)
        self._transport = httpx2.AsyncHTTPTransport(verify=trusted or trust(), trust_env=False)
        self._unfinished: dict[str, int] = {}

    async def send(self, letter: Letter) -> Delivery:
        """Hand one letter over, in as many messages as it takes."""
        if not _CHAT.fullmatch(letter.to):
            return Delivery(Fate.NEVER, Fault.ADDRESS)
        try:
            async with asyncio.timeout(self._longest):
                return await (self._replace(letter) if letter.replaces else self._send_parts(letter))
        except TimeoutError:
            return Delivery(Fate.LATER, Fault.UNKNOWN)
        except NotPosted as error:
            return Delivery(Fate.LATER, error.fault)

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._transport.aclose()

    async def receive(self, offset: int, *, patience: int = 0) -> Received:
        """What people said from update ``offset`` on; waits so many seconds for something to be said."""
        asked = {"offset": offset, "timeout": patience, "allowed_updates": ["message", "callback_query"]}
        try:
            async with asyncio.timeout(self._longest + patience):
                said = await self._call("getUpdates", asked)
        except TimeoutError:
            return Received((), offset, Fault.UNREACHABLE)
        except NotPosted as error:
            return Received((), offset, error.fault)
        if not said.is_ok:
            return Received((), offset, Fault(_refusal(said).code))
        return read(said.result, offset)

    async def answer_button(self, id: str, text: str) -> Delivery:
        """Tell whoever pressed a button what came of it."""
        notice = one_line(text, LONGEST_NOTICE)
        try:
            async with asyncio.timeout(self._longest):
                said = await self._call("answerCallbackQuery", {"callback_query_id": id, "text": notice})
        except TimeoutError:
            return Delivery(Fate.LATER, Fault.UNKNOWN)
        except NotPosted as error:
            return Delivery(Fate.LATER, error.fault)
        return Delivery(Fate.SENT) if said.is_ok else _refusal(said)

    async def name(self) -> str | None:
        """What the bot is called, for links to it; None if nobody tells us."""
        try:
            async with asyncio.timeout(self._longest):
                said = await self._call("getMe", {})
        except (TimeoutError, NotPosted):
            return None
        match said.result:
            case {"username": str(name)} if said.is_ok:
                return name
        return None

    async def _send_parts(self, letter: Letter) -> Delivery:
        """Each part that was not taken at an earlier try; buttons stand under the last."""
        texts, chat = parts(text_of(letter)), letter.to
        moved_to: str | None = None
        answer = ""
        for place in range(self._unfinished.get(letter.reference, 0), len(texts)):
            message: dict[str, object] = {
                "text": texts[place],
                "link_preview_options": {"is_disabled": True},
            }
            if letter.buttons and place == len(texts) - 1:
                message["reply_markup"] = {"inline_keyboard": keyboard(letter)}
            delivery = await self._send_one(chat, message)
            if delivery.moved_to is not None:
                chat = moved_to = delivery.moved_to
            if delivery.fate is not Fate.SENT:
                return replace(delivery, moved_to=moved_to)
            self._remember(letter.reference, place + 1)
            answer = delivery.answer
        self._unfinished.pop(letter.reference, None)
        return Delivery(Fate.SENT, answer=answer, moved_to=moved_to)

    async def _replace(self, letter: Letter) -> Delivery:
        """Words and buttons in the place of those of an earlier message; twice is as once."""
        if seconds := await self._pace.turn(letter.to, self._longest / 2):
            return Delivery(Fate.LATER, Fault.BUSY, wait=timedelta(seconds=seconds))
        message: dict[str, object] = {
            "chat_id": int(letter.to),
            "message_id": int(letter.replaces),
            "text": parts(text_of(letter))[0],
            "link_preview_options": {"is_disabled": True},
        }
        if letter.buttons:
            message["reply_markup"] = {"inline_keyboard": keyboard(letter)}
        said = await self._call("editMessageText", message)
        if said.is_ok or _is_so_already(said):
            self._pace.went_well()
            return Delivery(Fate.SENT)
        return self._refused(said, letter.to)

    async def _send_one(self, chat: str, message: dict[str, object]) -> Delivery:
        """One message, once more where the chat has moved, or where a button is not to their liking."""
        moved_to: str | None = None
        while True:
            if seconds := await self._pace.turn(chat, self._longest / 2):
                return Delivery(Fate.LATER, Fault.BUSY, wait=timedelta(seconds=seconds), moved_to=moved_to)
            said = await self._call("sendMessage", {"chat_id": int(chat), **message})
            if said.is_ok:
                self._pace.went_well()
                return Delivery(Fate.SENT, answer=_number(said, chat), moved_to=moved_to)
            if said.moved_to is not None and moved_to is None:
                chat = moved_to = said.moved_to
            elif "reply_markup" in message and _is_about_buttons(said):
                message = {name: value for name, value in message.items() if name != "reply_markup"}
            else:
                return replace(self._refused(said, chat), moved_to=moved_to)

    def _refused(self, said: _Said, chat: str) -> Delivery:
        delivery = _refusal(said)
        if said.status == 429 and delivery.wait is not None:
            self._pace.hold(chat, delivery.wait.total_seconds())
        return delivery

    def _remember(self, reference: str, taken: int) -> None:
        """How many parts of a letter were taken, for a few letters that are under way."""
        self._unfinished[reference] = taken
        if len(self._unfinished) > _MOST_UNFINISHED:
            del self._unfinished[next(iter(self._unfinished))]

    async def _call(self, method: str, given: Mapping[str, object]) -> _Said:
        """Ask the Bot API; raises :class:`NotPosted`."""
        url, content = httpx2.URL(f"{self._base}/{method}"), json.dumps(given).encode()
        bounds = Bounds(connect=min(_CONNECT, self._longest / 2), most=_MOST_READ)
        said = _said(await post(self._transport, url, content, bounds))
        return replace(said, description=said.description.replace(self._token, "…"))


def is_address(text: str) -> bool:
    """Whether a chat can be called so."""
    return bool(_CHAT.fullmatch(text))


def _origin(url: str) -> str:
    """Where the Bot API is, encrypted besides on this machine; raises :class:`SettingsRefused`."""
    if not _ADDRESS.fullmatch(url.lower()):
        raise SettingsRefused(name="TRACKER_TELEGRAM_URL", reason="value")
    try:
        split = urlsplit(url)
        split.port  # noqa: B018  reading the port is what refuses a bad one
        is_here = split.hostname == "localhost" or ip_address(split.hostname or "").is_loopback
    except ValueError:
        is_here = False
    if not url.lower().startswith("https://") and not is_here:
        raise SettingsRefused(name="TRACKER_TELEGRAM_URL", reason="value")
    return url.rstrip("/")


def _said(answer: Answer) -> _Said:
    """What an answer says; of one that is not of the Bot API only the status is believed."""
    try:
        given = json.loads(answer.body)
    except (ValueError, RecursionError):
        given = None
    match given:
        case {"ok": True, "result": result}:
            return _Said(True, answer.status, True, result)
        case {"ok": False, **rest}:
            code, words, told = rest.get("error_code"), rest.get("description"), rest.get("parameters")
            return _Said(
                False,
                code if isinstance(code, int) else answer.status,
                True,
                description=words if isinstance(words, str) else "",
                parameters=told if isinstance(told, Mapping) else {},
            )
    return _Said(False, answer.status, False, description=answer.text)


def _refusal(said: _Said) -> Delivery:
    """What a refusal means for the letter."""
    answer = kept(f"{said.status} {said.description}")
    if said.status == 429:
        return Delivery(
            Fate.LATER, Fault.BUSY, answer, asked_wait(said.parameters.get("retry_after"), now=None)
        )
    if said.status >= 500:
        return Delivery(Fate.LATER, Fault.BUSY, answer)
    if not said.is_theirs:
        return Delivery(Fate.LATER, Fault.ANSWER, answer)
    if said.status in (401, 404):
        return Delivery(Fate.LATER, Fault.SIGN_IN, answer)
    if said.status == 403:
        return Delivery(Fate.NEVER, Fault.BLOCKED, answer)
    if said.status == 400:
        is_gone = "chat not found" in said.description.lower()
        return Delivery(Fate.NEVER, Fault.GONE if is_gone else Fault.REFUSED, answer)
    return Delivery(Fate.LATER, Fault.ANSWER, answer)


def _number(said: _Said, chat: str) -> str:
    """What a message is called in its chat, as ``message 7``; a group may become another chat."""
    match said.result:
        case {"message_id": int(number)} if not chat.startswith("-"):
            return f"{NUMBERED}{number}"
    return ""


def _is_so_already(said: _Said) -> bool:
    return said.status == 400 and "not modified" in said.description.lower()


def _is_about_buttons(said: _Said) -> bool:
    return said.status == 400 and "button" in said.description.lower()
