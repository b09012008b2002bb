"""What becomes of a letter to a program, and what a receiver can check of it (CHN-18 to CHN-20)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.channels.certificates import AUTHORITY, Pair, signed, trusting
from tests.channels.letters import NOW, came_to, letter, now
from tests.channels.web_servers import Answers, Asked, Reply, Web, web
from tests.loops import run
from tracker.channels.webhook import MOST_READ, WebhookSender, is_address, keys_of, new_secret
from tracker.channels.webhook_address import Address
from tracker.domain.messages import HELD, Delivery, Fate, Fault, Letter

SECRET = "whsec_" + base64.b64encode(b"thirty-two octets of a test only").decode()
FINE = Reply(204, b"")


def anywhere(address: Address) -> bool:
    """Tests call this very machine."""
    return True


async def here(host: str, port: int) -> Sequence[str]:
    """Every name means this machine."""
    return ["127.0.0.1"]


def caller(longest: float = 5) -> WebhookSender:
    """Someone who may call this machine in clear."""
    schemes = frozenset({"http", "https"})
    return WebhookSender(
        now=now,
        longest=longest,
        trusted=trusting(),
        schemes=schemes,
        ports=None,
        allows=anywhere,
        resolve=here,
    )


def call(port: int, path: str = "/hook", scheme: str = "http", **changes: object) -> Letter:
    """A letter to a program."""
    return letter(**{"to": f"{scheme}://hooks.example.kz:{port}{path}", "secret": SECRET, **changes})


async def called(answers: Answers, longest: float = 5) -> tuple[Delivery, Web]:
    """What became of one call, and the program."""
    async with web(answers) as kept:
        return await caller(longest).send(call(kept.port)), kept


def verified(asked: Asked, secret: str) -> bool:
    """What the specification asks of a receiver, written apart from our code."""
    signed_text = b".".join(
        (asked.headers["webhook-id"].encode(), asked.headers["webhook-timestamp"].encode(), asked.body)
    )
    key = base64.b64decode(secret.split("_", 1)[1])
    expected = base64.b64encode(hmac.digest(key, signed_text, hashlib.sha256)).decode()
    given = [each.split(",", 1) for each in asked.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(found, expected) for version, found in given)


def test_a_call_can_be_checked_and_keeps_its_name_at_every_try() -> None:
    async def scene() -> Web:
        async with web(lambda asked: FINE) as kept:
            for _ in range(2):
                assert came_to(await caller().send(call(kept.port, "/hook?school=1&a=%D2%9B"))) == (
                    Fate.SENT,
                    "",
                )
            return kept

    kept = run(scene())
    first, second = kept.asked
    assert verified(first, SECRET)
    assert not verified(first, new_secret())
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == letter().reference
    assert int(first.headers["webhook-timestamp"]) == int(NOW.timestamp())
    assert first.json == letter().facts
    assert first.path == "/hook?school=1&a=%D2%9B"
    assert first.headers["host"] == f"hooks.example.kz:{kept.port}"
    assert first.headers["content-type"] == "application/json"
    assert not verified(Asked(first.path, first.headers, first.body.replace(b"2026", b"2027")), SECRET)


def test_while_one_secret_follows_another_both_are_good() -> None:
    following = new_secret()

    async def scene() -> Asked:
        async with web(lambda asked: FINE) as kept:
            await caller().send(call(kept.port, secret=f"{SECRET} {following}"))
            return kept.asked[0]

    asked = run(scene())
    assert verified(asked, SECRET)
    assert verified(asked, following)


@pytest.mark.parametrize(
    "secret",
    [
        *("", "whsec_", "whsec_AAAA", SECRET[6:], "whsec_!!!", SECRET + "\nx", f"{SECRET} bad"),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_a_secret_that_is_none_signs_nothing(secret: str) -> None:
    async def scene() -> tuple[Delivery, Web]:
        async with web(lambda asked: FINE) as kept:
            return await caller().send(call(kept.port, secret=secret)), kept

    delivery, kept = run(scene())
    assert came_to(delivery) == (Fate.NEVER, Fault.SIGNATURE)
    assert kept.asked == []


def test_a_new_secret_is_one_and_nobody_s_else() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert [len(key) for key in keys_of(f"{one} {other}")] == [32, 32]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_call_that_succeeds_is_done(status: int) -> None:
    delivery, _ = run(called(lambda asked: Reply(status, b"")))
    assert came_to(delivery) == (Fate.SENT, "")


@pytest.mark.parametrize(
    ("status", "fate", "fault"),
    [
        (410, Fate.NEVER, Fault.GONE),
        (429, Fate.LATER, Fault.BUSY),
        (503, Fate.LATER, Fault.BUSY),
        *[(status, Fate.LATER, Fault.REFUSED) for status in (400, 401, 403, 404, 405, 422, 500)],
    ],
)
def test_all_but_success_and_gone_is_tried_again(status: int, fate: Fate, fault: Fault) -> None:
    delivery, kept = run(called(lambda asked: Reply(status, "жоқ\x1b[2J\0".encode())))
    assert came_to(delivery) == (fate, fault)
    assert delivery.answer == f"{status} жоқ\\u001b[2J\\u0000"
    assert len(kept.asked) == 1


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 20 Nov 2026 10:30:00 GMT", timedelta(hours=1)),
        ("Fri, 20 Nov 2020 10:30:00 GMT", timedelta(0)),
        ("9" * 400, timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("Fri, 20 Nov 2026 10:30:00", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_program_may_ask_us_to_wait(status: int, said: str, wait: timedelta | None) -> None:
    delivery, _ = run(called(lambda asked: Reply(status, b"", {"retry-after": said})))
    assert came_to(delivery) == (Fate.LATER, Fault.BUSY)
    assert delivery.wait == wait


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("inner", [True, False])
def test_no_redirect_is_followed(status: int, inner: bool) -> None:
    async def scene() -> tuple[Delivery, Web, Web]:
        async with web(lambda asked: FINE) as canary:
            to = canary.url if inner else "https://elsewhere.example.kz/"
            delivery, kept = await called(lambda asked: Reply(status, b"", {"location": to}))
            return delivery, kept, canary

    delivery, kept, canary = run(scene())
    assert came_to(delivery) == (Fate.LATER, Fault.REDIRECTED)
    assert (len(kept.asked), len(canary.asked), canary.kept.calls) == (1, 0, 0)


def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    flood = Reply(500, tail=b"x" * 65_536)
    delivery, kept = run(called(lambda asked: flood))
    assert came_to(delivery) == (Fate.LATER, Fault.REFUSED)
    assert len(delivery.answer) <= 300
    assert kept.written < 200 * MOST_READ


def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    began = time.process_time()
    delivery, _ = run(called(lambda asked: Reply(200, packed, {"content-encoding": "gzip"})))
    assert came_to(delivery) == (Fate.SENT, "")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, tail=b" ", pause=0.02),
        Reply(200, headers={"content-length": "1000000000"}, tail=b"x", pause=0.02),
    ],
)
def test_a_program_of_one_octet_at_a_time_does_not_hold_us_for_long(reply: Reply) -> None:
    began = time.monotonic()
    delivery, _ = run(called(lambda asked: reply, longest=1.0))
    assert came_to(delivery) == (Fate.LATER, Fault.UNKNOWN)
    assert time.monotonic() - began < 5


class Headless(Reply):
    """An answer whose headers never end."""

    @property
    def wire(self) -> bytes:
        """The beginning of the headers."""
        return b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("tail", [b"x-more: " + b"y" * 1_000 + b"\r\n", b"y" * 5_000, b"\0\xff", b"\r"])
def test_headers_without_end_are_not_read_to_the_end(tail: bytes) -> None:
    delivery, kept = run(called(lambda asked: Headless(tail=tail), longest=1.0))
    assert came_to(delivery) == (Fate.LATER, Fault.UNKNOWN)
    assert kept.written < 20 * 1024 * 1024


def test_a_program_that_hangs_up_may_have_heard_us() -> None:
    delivery, _ = run(called(lambda asked: None))
    assert came_to(delivery) == (Fate.LATER, Fault.UNKNOWN)


@asynccontextmanager
async def encrypted(pair: Pair, folder: Path) -> AsyncIterator[Web]:
    """A program with a certificate."""
    async with web(lambda asked: FINE, pair.server(folder)) as kept:
        yield kept


GOOD = signed("hooks.example.kz", AUTHORITY)
BAD = {
    "expired": signed("hooks.example.kz", AUTHORITY, days=20),
    "of another host": signed("other.example.kz", AUTHORITY),
    "of the address alone": signed("127.0.0.1", AUTHORITY),
    "signed by itself": signed("hooks.example.kz"),
}


def test_the_certificate_is_asked_for_the_name_though_the_address_is_called(tmp_path: Path) -> None:
    async def scene(pair: Pair) -> tuple[tuple[Fate, str], int]:
        async with encrypted(pair, tmp_path) as kept:
            return came_to(await caller().send(call(kept.port, scheme="https"))), len(kept.asked)

    assert run(scene(GOOD)) == ((Fate.SENT, ""), 1)
    for pair in BAD.values():
        assert run(scene(pair)) == ((Fate.LATER, Fault.TLS), 0)


def test_an_address_at_which_nobody_listens_is_followed_by_the_next() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError

    async def scene() -> list[tuple[Fate, str]]:
        found = []
        async with web(lambda asked: FINE) as kept:
            for resolve in (two, nowhere):
                sender = WebhookSender(
                    now=now, schemes=frozenset({"http"}), ports=None, allows=anywhere, resolve=resolve
                )
                found.append(came_to(await sender.send(call(kept.port))))
                await sender.close()
        return found

    assert run(scene()) == [(Fate.SENT, ""), (Fate.LATER, Fault.UNREACHABLE)]


def test_facts_that_no_program_could_read_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError):
        run(caller().send(call(1, facts={"share": float("nan")})))
    assert json.loads(json.dumps({"school": "№5"})) == {"school": "№5"}


def test_a_form_knows_what_can_be_called() -> None:
    assert is_address("https://hooks.example.kz/tracker?key=1")
    assert is_address("https://93.184.215.14:8443/")
    assert not any(
        map(is_address, ("http://hooks.example.kz/", "https://10.0.0.1/", "https://localhost/", "x"))
    )


def test_two_ways_at_one_host_are_not_called_at_once_and_the_second_waits_as_if_it_was_never_tried() -> None:
    async def scene() -> tuple[list[Delivery], Delivery, int]:
        async with web(lambda asked: Reply(204, b"")) as kept, web(lambda asked: FINE) as other:
            by = caller()
            one = [call(kept.port, path) for path in ("/a", "/b")]
            at_once = await asyncio.gather(*(by.send(each) for each in [*one, call(other.port)]))
            return at_once, await by.send(one[1]), len(kept.asked)

    at_once, after, calls = run(scene())
    assert [(each.fate, each.code) for each in at_once] == [
        (Fate.SENT, ""),
        (Fate.LATER, HELD),
        (Fate.SENT, ""),
    ]
    assert (after.fate, calls) == (Fate.SENT, 2)
