"""What becomes of a letter that goes out by the bot, and what people say to it (CHN-11 to CHN-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.channels.bot import (
    BAD_BUTTON,
    BAD_TOKEN,
    BLOCKED,
    CONFLICT,
    DEACTIVATED,
    MIGRATED,
    NOT_FOUND,
    TAKEN,
    TOKEN,
    TOO_LONG,
    TOO_MANY,
    Bot,
    bot,
    refuses,
    says,
)
from tests.channels.letters import came_to, letter
from tests.channels.web_servers import Reply
from tests.loops import run
from tracker.channels.telegram import TelegramSender
from tracker.channels.telegram_updates import Press, Received, Start
from tracker.domain.errors import SettingsRefused
from tracker.domain.messages import Button, Delivery, Fate, Fault, Letter

CHAT = "1001"


def posted(**changes: object) -> Letter:
    """A letter to a chat."""
    return letter(**{"to": CHAT, **changes})


async def sent(replies: list[Reply | None], given: Letter | None = None) -> tuple[Delivery, Bot]:
    """What became of one letter, and the bot."""
    async with bot(replies) as by:
        return await by.sender.send(given or posted()), by


def test_a_letter_is_one_message_of_plain_text_with_its_short_reference() -> None:
    delivery, by = run(sent([]))
    assert came_to(delivery) == (Fate.SENT, "")
    given = posted()
    (message,) = by.messages
    assert message["chat_id"] == 1001
    assert message["text"] == f"{given.subject}\n\n{given.text}\n\n#{given.reference[:8]}"
    assert "parse_mode" not in message
    assert by.web.asked[0].path == f"/bot{TOKEN}/sendMessage"


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        (TAKEN, Fate.SENT),
        (refuses(400, "Bad Request: message is not modified: the same content"), Fate.SENT),
        (refuses(400, "Bad Request: message to edit not found"), Fate.NEVER),
        (TOO_MANY, Fate.LATER),
    ],
)
def test_a_message_that_was_sent_gets_other_words_and_buttons_or_none(reply: Reply, fate: Fate) -> None:
    first, _ = run(sent([]))
    assert first.answer == "message 7"
    assert run(sent([], posted(to="-77")))[0].answer == ""
    delivery, by = run(sent([reply], posted(buttons=(), replaces="7")))
    [asked] = by.web.asked
    assert (delivery.fate, asked.path.rpartition("/")[2]) == (fate, "editMessageText")
    assert (asked.json["chat_id"], asked.json["message_id"]) == (1001, 7)
    assert (posted().text in asked.json["text"], "reply_markup" in asked.json) == (True, False)


def test_buttons_carry_what_to_do_and_for_which_letter() -> None:
    _, by = run(sent([]))
    reference = posted().reference
    assert by.messages[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Орындалды", "callback_data": f"done:{reference}"}],
            [{"text": "Ашу", "url": "https://tracker.example.kz/schools/1"}],
        ]
    }


def test_a_letter_without_buttons_has_no_keyboard() -> None:
    _, by = run(sent([], posted(buttons=())))
    assert "reply_markup" not in by.messages[0]


def test_an_action_that_no_button_can_carry_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError):
        run(sent([], posted(buttons=(Button("ә" * 30, "?"),))))


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (BLOCKED, Fault.BLOCKED),
        (DEACTIVATED, Fault.BLOCKED),
        (NOT_FOUND, Fault.GONE),
        (TOO_LONG, Fault.REFUSED),
    ],
)
def test_what_telegram_refuses_for_ever_is_not_tried_again(reply: Reply, fault: Fault) -> None:
    delivery, by = run(sent([reply]))
    assert came_to(delivery) == (Fate.NEVER, fault)
    assert delivery.answer.split()[0].isdigit()
    assert len(by.messages) == 1


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (refuses(500, "Internal Server Error"), Fault.BUSY),
        (BAD_TOKEN, Fault.SIGN_IN),
        (refuses(404, "Not Found"), Fault.SIGN_IN),
        (Reply(502, b"<html>Bad Gateway</html>", {"content-type": "text/html"}), Fault.BUSY),
        (Reply(403, b"<html>proxy says no</html>"), Fault.ANSWER),
        (Reply(200, b"<html>sign in to this network</html>"), Fault.ANSWER),
        (Reply(200, b'{"ok": "maybe"}'), Fault.ANSWER),
        (Reply(200, b"[" * 50_000), Fault.ANSWER),
        (Reply(302, b"", {"location": "https://elsewhere.example.kz/"}), Fault.ANSWER),
        (None, Fault.UNKNOWN),
    ],
)
def test_what_may_be_otherwise_another_time_is_tried_later(reply: Reply | None, fault: Fault) -> None:
    delivery, by = run(sent([reply]))
    assert came_to(delivery) == (Fate.LATER, fault)
    assert len(by.messages) == 1


def test_a_bot_that_is_not_there_is_tried_later() -> None:
    async def scene() -> Delivery:
        async with bot() as by:
            url = by.web.url
        sender = TelegramSender(TOKEN, url, longest=1)
        try:
            return await sender.send(posted())
        finally:
            await sender.close()

    assert came_to(run(scene())) == (Fate.LATER, Fault.UNREACHABLE)


def test_a_bot_that_answers_one_octet_at_a_time_does_not_hold_us_for_long() -> None:
    async def scene() -> Delivery:
        async with bot(lambda asked: Reply(tail=b" ", pause=0.02), longest=1.0) as by:
            return await by.sender.send(posted())

    assert came_to(run(scene())) == (Fate.LATER, Fault.UNKNOWN)


@pytest.mark.parametrize("seconds", [1, 35, 3_600])
def test_a_bot_waits_as_long_as_it_is_told_and_asks_for_no_chat_before(seconds: int) -> None:
    async def scene() -> tuple[list[Delivery], int]:
        async with bot(
            [refuses(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)]
        ) as by:
            found = [await by.sender.send(posted())]
            if seconds > 5:
                found.append(await by.sender.send(posted(key="another")))
            other = await by.sender.send(posted(to="1002"))
            assert other.fate is Fate.SENT
            return found, len(by.messages)

    found, asked = run(scene())
    assert asked == 2
    for delivery in found:
        assert came_to(delivery) == (Fate.LATER, Fault.BUSY)
        assert delivery.wait is not None
        assert timedelta(seconds=seconds - 2) < delivery.wait <= timedelta(seconds=seconds)


@pytest.mark.parametrize("asked", ["soon", None, True, -5, 10**400, [1]])
def test_a_wait_that_nobody_can_mean_makes_no_trouble(asked: object) -> None:
    delivery, _ = run(sent([refuses(429, "Too Many Requests", retry_after=asked)]))
    assert came_to(delivery) == (Fate.LATER, Fault.BUSY)
    assert delivery.wait is None or delivery.wait <= timedelta(days=1)


def test_a_chat_that_has_moved_gets_the_letter_and_is_told_of() -> None:
    async def scene() -> tuple[Delivery, list[int]]:
        async with bot([MIGRATED]) as by:
            delivery = await by.sender.send(posted(to="-500", text="x" * 5_000))
            return delivery, [each["chat_id"] for each in by.messages]

    delivery, chats = run(scene())
    assert came_to(delivery) == (Fate.SENT, "")
    assert delivery.moved_to == "-1001234567890"
    assert chats == [-500, -1001234567890, -1001234567890]


def test_where_a_chat_has_moved_is_told_also_if_the_letter_does_not_arrive_there() -> None:
    delivery, by = run(sent([MIGRATED, BLOCKED]))
    assert came_to(delivery) == (Fate.NEVER, Fault.BLOCKED)
    assert delivery.moved_to == "-1001234567890"
    delivery, by = run(sent([MIGRATED, MIGRATED]))
    assert delivery.fate is Fate.NEVER
    assert len(by.messages) == 2


def test_a_letter_arrives_without_its_buttons_rather_than_not_at_all() -> None:
    delivery, by = run(sent([BAD_BUTTON]))
    assert came_to(delivery) == (Fate.SENT, "")
    assert ["reply_markup" in each for each in by.messages] == [True, False]


def test_of_a_long_letter_only_what_was_not_taken_is_sent_again() -> None:
    async def scene() -> Bot:
        given = posted(text="Қызылорда\n" * 1_000)
        async with bot([TAKEN, refuses(429, "Too Many Requests: retry after 0", retry_after=0)]) as by:
            first = await by.sender.send(given)
            assert came_to(first) == (Fate.LATER, Fault.BUSY)
            assert (await by.sender.send(given)).fate is Fate.SENT
            assert (await by.sender.send(posted(text="Қызылорда\n" * 1_000, key="2"))).fate is Fate.SENT
            return by

    texts = run(scene()).texts
    assert len(texts) == 1 + 1 + 2 + 3
    assert texts[1] == texts[2]
    whole = posted(text="Қызылорда\n" * 1_000)
    assert "".join(texts[each] for each in (0, 2, 3)).startswith(f"{whole.subject}\n\n{whole.text}")


@pytest.mark.parametrize(
    "chat", ["", "0", "01", "@channel", "1001 ", "1e3", "1001;1002", "9" * 30, "١٠٠١", "a"]
)
def test_what_is_no_number_of_a_chat_is_refused(chat: str) -> None:
    delivery, by = run(sent([], posted(to=chat)))
    assert came_to(delivery) == (Fate.NEVER, Fault.ADDRESS)
    assert by.web.asked == []


PERSON = {"id": 42, "is_bot": False, "first_name": "Әлия"}
PRIVATE = {"message_id": 5, "chat": {"id": 42, "type": "private"}, "from": PERSON}
GROUP = {"message_id": 6, "chat": {"id": -77, "type": "group"}, "from": PERSON}


def test_presses_and_starts_are_read_and_all_else_is_passed_over() -> None:
    updates = [
        {"update_id": 10, "message": {**PRIVATE, "text": "/start aB-9_x"}},
        {"update_id": 11, "message": {**PRIVATE, "text": "сәлем"}},
        {"update_id": 12, "message": {**GROUP, "text": "/start@tracker_bot CODE"}},
        {
            "update_id": 13,
            "callback_query": {"id": "q1", "from": PERSON, "message": GROUP, "data": "done:REF"},
        },
        {"update_id": 14, "callback_query": {"id": "q2", "from": PERSON, "data": "done:REF"}},
        {"update_id": 15, "message": {**PRIVATE, "text": "/start"}},
        {"update_id": 16, "my_chat_member": {}},
        {"update_id": 17, "message": {"text": "/start X", "chat": {"id": "no"}, "from": PERSON}},
        "nonsense",
    ]

    async def scene() -> tuple[Received, dict[str, object]]:
        async with bot([says(updates)]) as by:
            return await by.sender.receive(10), by.web.asked[0].json

    received, asked = run(scene())
    assert asked == {"offset": 10, "timeout": 0, "allowed_updates": ["message", "callback_query"]}
    assert received == Received(
        (
            Start(42, "42", True, "aB-9_x"),
            Start(42, "-77", False, "CODE"),
            Press("q1", 42, "-77", False, "done:REF", "6"),
        ),
        18,
    )


@pytest.mark.parametrize(
    ("reply", "fault"),
    [(BAD_TOKEN, Fault.SIGN_IN), (CONFLICT, Fault.ANSWER), (None, Fault.UNKNOWN), (TOO_MANY, Fault.BUSY)],
)
def test_what_was_said_is_asked_for_again_if_nobody_told_us(reply: Reply | None, fault: Fault) -> None:
    async def scene() -> Received:
        async with bot([reply]) as by:
            return await by.sender.receive(10)

    assert run(scene()) == Received((), 10, fault)


def test_whoever_pressed_a_button_is_told_what_came_of_it() -> None:
    async def scene() -> tuple[list[Delivery], list[dict[str, object]]]:
        late = refuses(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
        async with bot([says(True), late]) as by:
            found = [await by.sender.answer_button(id, "ә" * 300) for id in ("q1", "q2")]
            return found, [each.json for each in by.web.asked]

    found, asked = run(scene())
    assert [each.fate for each in found] == [Fate.SENT, Fate.NEVER]
    assert asked[0] == {"callback_query_id": "q1", "text": "ә" * 199 + "…"}


def test_the_bot_says_what_it_is_called() -> None:
    async def scene() -> list[str | None]:
        async with bot([says({"id": 1, "is_bot": True, "username": "tracker_bot"}), BAD_TOKEN, None]) as by:
            return [await by.sender.name() for _ in range(3)]

    assert run(scene()) == ["tracker_bot", None, None]


@pytest.mark.parametrize(
    ("token", "url"),
    [
        *[
            (token, "https://api.telegram.org")
            for token in ("", "a b", "a/../b", "a\r\nb", "ә", "a?b", "a#b")
        ],
        *[
            (TOKEN, url)
            for url in (
                *("", "api.telegram.org", "http://api.telegram.org", "ftp://127.0.0.1", "https://a b"),
                *("https://user:pass@a.kz", "https://a.kz?x", "https://a.kz#x", "http://127.0.0.1:99999"),
                *("http://localhost.example.kz", "http://127.0.0.1@a.kz", "https://a.kz\n"),
            )
        ],
    ],
)
def test_a_token_or_address_that_is_none_is_refused_and_not_shown(token: str, url: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        TelegramSender(token, url)
    assert refused.value.details["reason"] == "value"
    assert not token or token not in str(refused.value)
