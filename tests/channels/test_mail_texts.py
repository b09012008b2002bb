"""What a mail is made of, whatever stands in the facts (CHN-8), and to whom it can go (CHN-9)."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.channels.letters import NOW, letter
from tests.channels.mail_servers import parsed
from tracker.channels.mail_address import receiver
from tracker.channels.mail_text import mail_of
from tracker.domain.messages import Letter

PIECES = (
    *("\r", "\n", "\r\n", "\0", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\ud83d", "\t", " ", ""),
    *("Bcc: spy@example.kz", "To: spy@example.kz", "Content-Type: text/html", "--===", "X-Reminder-Key: 0"),
    *("=?utf-8?q?Bcc=3A_spy?=", "=?utf-8?b?DQpCY2M6IHNweQ==?=", "=?", "?=", "=0D=0A", "%0D%0A", "\\r\\n"),
    *(
        "Қызылорда №5",
        "мектеп",
        "ə" * 90,
        "x" * 1200,
        "\u202e",
        "👩🏽‍🏫",
        "<b>",
        "\r\n.\r\nMAIL FROM:<a@b.kz>\r\n",
    ),
)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "X-Reminder-Key", "Auto-Submitted", "Content-Language"),
    *("Content-Type", "MIME-Version"),
]


def made(given: Letter) -> bytes:
    """The mail of a letter."""
    return mail_of(given, sender="a@example.kz", receiver="b@example.kz", host="example.kz", at=NOW)


def check(content: bytes) -> None:
    """One mail with the headers that it always has, to one receiver, with two parts."""
    mail = parsed(content)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert mail["To"].addresses[0].addr_spec == "b@example.kz"
    assert len(mail["To"].addresses) == 1
    assert not mail.defects
    assert b"\r\n.\r\n" not in content
    assert all(line.isascii() and len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_five_thousand_hostile_texts_make_no_header_receiver_or_part_more() -> None:
    dice = random.Random(8)
    texts = ["".join(dice.choices(PIECES, k=dice.randint(1, 4))) for _ in range(5_000)]
    for subject, text, html, key in batched(texts):
        whole = key.replace("\ud83d", "")
        check(made(letter(key=whole, subject=subject, text=text, html=html or "<p>")))


def batched(texts: list[str]) -> Iterator[tuple[str, ...]]:
    """Four texts at a time: a letter has as many places for them."""
    return zip(*(texts[place::4] for place in range(4)), strict=True)


@pytest.mark.parametrize("sign", ["x", "ә", "\r\nBcc: spy@example.kz ", "=?utf-8?q?a?= "])
def test_what_is_too_long_for_a_header_is_cut_and_the_text_is_not(sign: str) -> None:
    long = sign * (70_000 // len(sign))
    content = made(letter(key=long, subject=long, text=long))
    check(content)
    mail = parsed(content)
    assert len(mail["Subject"]) <= 200
    assert mail["X-Reminder-Key"] == letter(key=long).reference
    body = mail.get_body(("plain",))
    assert body is not None
    assert "".join(body.get_content().split()) == "".join(long.split())


def test_a_key_of_usual_signs_stands_as_it_is() -> None:
    for key in ("end:990740001234:channel:30:7:mail", "a=b&c|d/e~" + "x" * 400):
        assert f"X-Reminder-Key: {key}\r\n".encode() in made(letter(key=key))


@pytest.mark.parametrize(
    "text",
    [
        *("a@b.kz,c@d.kz", "a@b.kz;c@d.kz", "a@b.kz c@d.kz", '"x"@b.kz', '"a@b.kz"@c.kz', "a@b@c.kz"),
        *("Somebody <a@b.kz>", "<a@b.kz>", "a@b.kz (c)", "a(c)@b.kz", "group: a@b.kz;", " a@b.kz", "a@b.kz "),
        *("a@b.kz\r\nRCPT TO:<c@d.kz>", "a@b.kz\n", "a\0@b.kz", "a@b.kz\u2028", "a b@c.kz", "a\t@c.kz"),
        *("", "@", "a@", "@b.kz", "a", "a@b", "a@localhost", "a@[127.0.0.1]", "a@127.0.0.1", "a@b.123"),
        *("a@-b.kz", "a@b-.kz", "a@b..kz", "a@.kz", "a@b.kz.", "a..b@c.kz", ".a@c.kz", "a.@c.kz", "a@b_c.kz"),
        *(
            "=?utf-8?q?a?=@b.kz",
            "a@b。kz",
            "a@ｂ.kz",
            "ａ@b.kz",
            "a@①.kz",
            "a@exаmple.kz",
            "аdmin@example.kz",
        ),
        *("a" * 65 + "@b.kz", "a@" + "b" * 64 + ".kz", "a@" + "b" * 60 + ".c" * 150 + ".kz", "x" * 320),
        *("ə" * 40 + "@b.kz", "a@\u202eb.kz", "a\u200b@b.kz", "a@b\xad.kz", "a@b%.kz", "\ud83d@b.kz"),
    ],
)
def test_what_is_not_exactly_one_address_is_refused(text: str) -> None:
    assert receiver(text) is None


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("officer@example.kz", "officer@example.kz"),
        ("O'Brien+duty=1@Mail.Example.KZ", "O'Brien+duty=1@mail.example.kz"),
        ("әлия@мектеп.қаз", "әлия@xn--e1aaogsq.xn--80ao21a"),
        ("a@xn--e1aaogsq.xn--80ao21a", "a@xn--e1aaogsq.xn--80ao21a"),
        ("a.b-c_d@e-f.g1.kz", "a.b-c_d@e-f.g1.kz"),
    ],
)
def test_an_address_is_sent_with_a_domain_that_every_server_knows(text: str, sent: str) -> None:
    assert receiver(text) == sent


@pytest.mark.parametrize(
    "subject",
    [
        "Записать или заключить договор – Школа «Орал»",
        "12 мерзім, 8 мерзімі өтті: Шартты тіркеу немесе жасасу – «Әйтеке» мектебі",
        "School № 5: the channel ends in 30 days",
        " ".join(["договор"] * 20),
        "а" * 30 + " " + "ә" * 90 + " б",
    ],
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assert parsed(made(letter(subject=subject)))["Subject"] == subject
