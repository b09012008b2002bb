"""What becomes of a letter that goes out by mail (CHN-2 to CHN-6)."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from tests.channels.letters import NOW, came_to, letter, now
from tests.channels.mail_servers import OURS, Peer, Sink, drip, peer, scripted, sink
from tests.loops import run
from tracker.channels.mail import MailSender
from tracker.domain.messages import Delivery, Fate, Fault, Letter

CAP = 0.8
"""Seconds for a send in these tests."""


async def sent_by(kept: Sink | Peer, *letters: Letter, query: str = "") -> list[Delivery]:
    """What became of letters, one after the other."""
    sender = kept.sender(query)
    try:
        return [await sender.send(each) for each in letters]
    finally:
        await sender.close()


def test_a_mail_arrives_in_words_and_letters_as_they_were_written() -> None:
    async def scene() -> Sink:
        async with sink() as kept:
            (delivery,) = await sent_by(kept, letter())
            assert came_to(delivery) == (Fate.SENT, "")
            return kept

    kept = run(scene())
    (mail,) = kept.mails
    given = letter()
    assert mail["Subject"] == given.subject
    assert mail["To"] == given.to
    assert mail["From"] == "tracker@tracker.example.kz"
    assert mail["X-Reminder-Key"] == given.key
    assert mail["Message-ID"] == f"<{given.reference}@tracker.example.kz>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == given.text.splitlines()
    assert html.get_content().strip() == given.html
    assert all(line.isascii() and len(line) <= 998 for line in kept.taken[0][1].splitlines())


def test_letters_go_over_one_connection_and_over_a_new_one_once_it_was_closed() -> None:
    async def scene() -> tuple[int, int, int]:
        async with sink() as kept:
            sender = kept.sender()
            for number in range(3):
                assert (await sender.send(letter(key=f"{number}"))).fate is Fate.SENT
            first = kept.connections
            kept.hang_up()
            assert (await sender.send(letter(key="4"))).fate is Fate.SENT
            await asyncio.sleep(0.01)
            kept.hang_up()
            await asyncio.sleep(0.01)
            assert (await sender.send(letter(key="5"))).fate is Fate.SENT
            await sender.close()
            return first, kept.connections, len(kept.taken)

    assert run(scene()) == (1, 3, 5)


def test_a_kept_connection_on_which_the_server_says_good_bye_is_followed_by_a_new_one() -> None:
    async def scene() -> tuple[list[Fate], int]:
        replies: dict[bytes, bytes | None] = {}
        async with peer(scripted(replies)) as kept:
            sender = kept.sender()
            first = await sender.send(letter())
            replies[b"MAIL"] = b"421 too many letters\r\n"
            second = await sender.send(letter(key="2"))
            assert came_to(second) == (Fate.LATER, Fault.BUSY)
            replies.clear()
            third = await sender.send(letter(key="3"))
            await sender.close()
            return [first.fate, second.fate, third.fate], kept.calls

    assert run(scene()) == ([Fate.SENT, Fate.LATER, Fate.SENT], 3)


def test_letters_that_go_out_at_once_do_not_wait_for_each_other() -> None:
    async def scene() -> int:
        async with sink() as kept:
            sender = kept.sender()
            found = await asyncio.gather(*(sender.send(letter(key=f"{n}")) for n in range(8)))
            assert {each.fate for each in found} == {Fate.SENT}
            await sender.close()
            return len({mail["Message-ID"] for mail in kept.mails})

    assert run(scene()) == 8


@pytest.mark.parametrize("word", [b"MAIL", b"RCPT", b"DATA", b"."])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_what_a_server_refuses_for_now_is_tried_later(word: bytes, code: int) -> None:
    async def scene() -> Delivery:
        async with peer(scripted({word: f"{code} not now\r\n".encode()})) as kept:
            return (await sent_by(kept, letter()))[0]

    delivery = run(scene())
    assert came_to(delivery) == (Fate.LATER, Fault.BUSY)
    assert delivery.answer == f"{code} not now"


@pytest.mark.parametrize("word", [b"MAIL", b"RCPT", b"DATA", b"."])
@pytest.mark.parametrize("code", [550, 552, 553, 554])
def test_what_a_server_refuses_for_ever_is_not_tried_again(word: bytes, code: int) -> None:
    async def scene() -> tuple[Delivery, int]:
        async with peer(scripted({word: f"{code} 5.1.1 no such mailbox\r\n".encode()})) as kept:
            return (await sent_by(kept, letter()))[0], kept.calls

    delivery, calls = run(scene())
    assert came_to(delivery) == (Fate.NEVER, Fault.REFUSED)
    assert delivery.answer == f"{code} 5.1.1 no such mailbox"
    assert calls == 1


@pytest.mark.parametrize("greeting", [b"554 no service here\r\n", b"421 closing\r\n", b"500 what\r\n"])
def test_a_server_that_serves_nobody_may_serve_tomorrow(greeting: bytes) -> None:
    async def scene() -> Delivery:
        async with peer(scripted({}, greeting)) as kept:
            return (await sent_by(kept, letter()))[0]

    assert came_to(run(scene())) == (Fate.LATER, Fault.BUSY)


def test_each_receiver_has_an_envelope_of_her_own() -> None:
    async def scene() -> tuple[list[tuple[Fate, str]], Sink]:
        replies = {"second@example.kz": "550 no such mailbox", "third@example.kz": "451 later"}
        async with sink(replies) as kept:
            to = ("first@example.kz", "second@example.kz", "third@example.kz", "fourth@example.kz")
            found = await sent_by(kept, *(letter(key=each, to=each) for each in to))
            return [came_to(each) for each in found], kept

    found, kept = run(scene())
    assert found == [
        (Fate.SENT, ""),
        (Fate.NEVER, Fault.REFUSED),
        (Fate.LATER, Fault.BUSY),
        (Fate.SENT, ""),
    ]
    assert [to for to, _ in kept.taken] == [["first@example.kz"], ["fourth@example.kz"]]


def test_a_letter_whose_answer_was_lost_comes_again_under_the_same_name() -> None:
    async def scene() -> tuple[list[tuple[Fate, str]], Sink]:
        async with sink() as kept:
            kept.at_end = "cut"
            first = await sent_by(kept, letter())
            kept.at_end = ""
            second = await sent_by(kept, letter())
            return [came_to(each) for each in (*first, *second)], kept

    found, kept = run(scene())
    assert found == [(Fate.LATER, Fault.UNKNOWN), (Fate.SENT, "")]
    assert len(kept.taken) == 2
    assert len({mail["Message-ID"] for mail in kept.mails}) == 1


@pytest.mark.parametrize("slow_at", ["banner", "EHLO", "MAIL", "."])
def test_a_server_of_one_octet_at_a_time_does_not_hold_us_for_long(slow_at: str) -> None:
    async def talk(kept: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if slow_at == "banner":
            await drip(writer, b"220-")
        writer.write(b"220 hello\r\n")
        while said := await kept.line(reader):
            word = said.split()[0].decode().upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                while (await kept.line(reader)) != b".\r\n":
                    pass
                word = "."
            if word == slow_at:
                await drip(writer)
            writer.write(b"250 fine\r\n")

    async def scene() -> tuple[Delivery, float]:
        async with peer(talk) as kept:
            sender = kept.sender(longest=CAP)
            began = time.monotonic()
            delivery = await sender.send(letter())
            took = time.monotonic() - began
            await sender.close()
            return delivery, took

    delivery, took = run(scene())
    expected = Fault.UNKNOWN if slow_at == "." else Fault.UNREACHABLE
    assert came_to(delivery) == (Fate.LATER, expected)
    assert took < CAP + 3


def test_a_server_that_is_not_there_or_says_nothing_is_tried_later() -> None:
    async def scene(port: int) -> Delivery:
        url = f"smtp://127.0.0.1:{port}"
        sender = MailSender.from_url(url, base_url=OURS, now=now, longest=CAP)
        return await sender.send(letter())

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        refused = run(scene(silent.getsockname()[1]))
        silent.listen(0)
        blackholed = run(scene(silent.getsockname()[1]))
    assert came_to(refused) == came_to(blackholed) == (Fate.LATER, Fault.UNREACHABLE)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xfe\x00garbage\r\n",
        b"220\r\n-\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\r\n",
        b"250-" * 20_000,
    ],
)
def test_a_peer_that_is_no_mail_server_raises_nothing(nonsense: bytes) -> None:
    async def talk(kept: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(nonsense)
            await writer.drain()
            if not await kept.line(reader):
                return

    async def scene() -> Delivery:
        async with peer(talk) as kept:
            sender = kept.sender(longest=CAP)
            return await sender.send(letter())

    delivery = run(scene())
    assert delivery.fate is Fate.LATER
    assert delivery.code in (Fault.UNREACHABLE, Fault.ANSWER, Fault.BUSY)
    assert delivery.answer.isprintable()


def test_name_and_password_are_told_where_they_are_set() -> None:
    async def scene() -> tuple[list[tuple[bytes, bytes]], list[tuple[Fate, str]]]:
        async with sink(auth=True) as kept:
            found = []
            for word in ("right", "wrong"):
                url = f"smtp://box%40example.kz:{word}@127.0.0.1:{kept.port}"
                sender = MailSender.from_url(url, base_url=OURS, now=now)
                found.append(came_to(await sender.send(letter())))
                await sender.close()
            assert kept.mails[0]["From"] == "box@example.kz"
            return kept.users, found

    users, found = run(scene())
    assert users[0] == (b"box@example.kz", b"right")
    assert found == [(Fate.SENT, ""), (Fate.LATER, Fault.SIGN_IN)]


def test_an_address_in_kazakh_letters_is_sent_where_the_server_knows_them() -> None:
    async def scene(utf8: bool) -> tuple[tuple[Fate, str], list[list[str]]]:
        async with sink(utf8=utf8) as kept:
            (delivery,) = await sent_by(kept, letter(to="әлия@мектеп.қаз"))
            return came_to(delivery), [to for to, _ in kept.taken]

    assert run(scene(True)) == ((Fate.SENT, ""), [["әлия@xn--e1aaogsq.xn--80ao21a"]])
    assert run(scene(False)) == ((Fate.NEVER, Fault.LETTERS), [])
