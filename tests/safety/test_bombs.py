"""A real server answers bombs at once, with little memory, and goes on answering all others (LOD-5)."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from time import process_time

import pytest

from tests.commands import Commands
from tests.loops import run
from tests.people import ADMIN, a_person, sign_in
from tests.safety.pulse import Pulse, read
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.feeds.table_files import LARGEST_FILE
from tracker.render.catalogs import load_catalogs
from tracker.store.engine import make_engine
from tracker.web.security import RULES
from tracker.web.visitors import csrf_token

pytestmark = pytest.mark.xdist_group("processes")
PATIENCE_SECONDS = 20
MOST_MEMORY_KIB = 300 * 1024
MOST_WORK_SECONDS = 2
"""The work of an answer, in seconds of the processor: a busy machine is slower by the wall."""

LONGEST_BLOCK_SECONDS = 0.1
"""For how long the loop is kept from all others, in seconds of the processor."""

LONGEST_WAIT_SECONDS = 5
"""The same by the wall, generously: a loop that waited for a database or a disk would show here."""

CHECKLIST = "/decisions/1/conditions"
WITH_FILES = ("/imports", CHECKLIST)
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 2**20
LAST_WORD = load_catalogs()[Language.EN].say("cli.serving.people")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with an administrator signed in, and somebody who drafts, for the checklist."""

    port: int
    pid: int
    cookie: str
    drafter: str
    pulse: Path

    def ask(self, head: bytes, *parts: bytes | Iterable[bytes]) -> tuple[int, bytes]:
        """Send these bytes as they are, for as long as somebody listens; the status and the whole answer."""
        before = self.work
        told = self._send(head, *parts)
        assert self.work - before <= MOST_WORK_SECONDS
        return told

    def _send(self, head: bytes, *parts: bytes | Iterable[bytes]) -> tuple[int, bytes]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as line:
            try:
                line.sendall(head)
                for part in parts:
                    for piece in [part] if isinstance(part, bytes) else part:
                        line.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the server has answered and hung up
            return answer_of(line)

    def post(self, path: str, kind: str, *, length: int | None, own: bool = True) -> bytes:
        """The head of a change, from a page of ours or with nobody signed in."""
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        cookie = self.drafter if path == CHECKLIST else self.cookie
        who = f"Cookie: tracker={cookie}\r\nX-CSRF-Token: {csrf_token(cookie)}\r\n" if own else ""
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: {kind}\r\n{who}{size}\r\nConnection: close\r\n\r\n"
        ).encode()

    @property
    def work(self) -> float:
        """What the process has worked so far, in seconds of the processor."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / TICKS

    @property
    def most_memory(self) -> int:
        """The most memory that the process has held, in KiB."""
        told = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0])


def answer_of(line: socket.socket) -> tuple[int, bytes]:
    """Everything that a server says until it hangs up."""
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
            if b"\r\n\r\n" in said and b"connection: close" in said.lower():
                break
    except (ConnectionResetError, TimeoutError):
        pass
    found = re.match(rb"HTTP/1\.1 (\d+)", said)
    return (int(found[1]) if found else 0), said


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all bombs."""
    tracker = Commands(tmp_path_factory.mktemp("bombs"), module="tests.safety.pulse")
    tracker.fill()
    engine = make_engine(f"sqlite:///{tracker.database}")
    cookies = sign_in(engine, ADMIN), sign_in(engine, a_person(Role.HEAD))
    engine.dispose()
    pulse = tracker.folder / "pulse"
    process = tracker.start(str(pulse), "serve", "--port", "0", "--no-scheduler")
    assert process.stdout is not None
    told = ""
    while LAST_WORD not in told and process.poll() is None:
        told += process.stdout.readline().decode()
    yield Server(int(re.findall(r"http://127.0.0.1:(\d+)", told)[0]), process.pid, *cookies, pulse)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert b"Traceback" not in complaints


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces as chunks of a body whose length is not told."""
    for piece in pieces:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=limit"
PART = b"--limit\r\nContent-Disposition: form-data; name="
FILE = PART + b'"file"; filename="f.csv"\r\n\r\n'


def test_lod_5_a_million_fields_are_refused_unread(server: Server) -> None:
    for path in ("/sign-in", "/language", "/exports/queue", *WITH_FILES):
        body = b"a=1&" * 1_000_000
        assert server.ask(server.post(path, FORM, length=len(body)), body)[0] in (400, 413)
        unread = server.post(path, FORM, length=200 * MIB)
        assert server.ask(unread)[0] == 413  # answered though nothing follows


def test_lod_5_a_body_of_untold_length_is_read_no_further_than_its_room(server: Server) -> None:
    head = server.post("/language", FORM, length=None)
    assert server.ask(head, chunked(repeat(b"a=1&" * 4096, 1000)))[0] == 413


def test_lod_5_whoever_may_not_hand_in_a_file_is_refused_before_it_is_read(server: Server) -> None:
    head = server.post("/imports", PARTS, length=LARGEST_FILE, own=False)
    status, said = server.ask(head)  # not one byte of the body was sent
    assert status == 303
    assert b"location: /sign-in" in said


@pytest.mark.parametrize("size", [LARGEST_FILE + 2 * MIB, 100 * MIB])
def test_lod_5_a_file_beyond_the_largest_is_refused_unread(server: Server, size: int) -> None:
    assert server.ask(server.post("/imports", PARTS, length=size))[0] == 413


def test_lod_5_a_preamble_of_many_mib_is_refused(server: Server) -> None:
    for path in WITH_FILES:
        head = server.post(path, PARTS, length=None)
        assert server.ask(head, chunked(repeat(b"x" * MIB, 100)))[0] in (400, 413)


def test_lod_5_a_part_with_a_header_of_one_mib_is_refused(server: Server) -> None:
    long = PART + b'"' + b"a" * MIB + b'"\r\n\r\nx\r\n--limit--\r\n'
    many = PART + b'"a"\r\n' + b"X: y\r\n" * 100_000 + b"\r\nx\r\n--limit--\r\n"
    for path in WITH_FILES:
        for body in (long, many):
            assert server.ask(server.post(path, PARTS, length=len(body)), body)[0] == 400


def test_lod_5_a_hundred_thousand_parts_or_files_are_refused(server: Server) -> None:
    for part in (PART + b'"a"\r\n\r\nx\r\n', FILE + b"x\r\n"):
        for path, count in zip(WITH_FILES, (100_000, 60_000), strict=True):
            body = part * count + b"--limit--\r\n"
            assert server.ask(server.post(path, PARTS, length=len(body)), body)[0] == 400


def test_lod_5_a_boundary_of_ten_kb_is_refused(server: Server) -> None:
    boundary = "b" * 10_000
    body = f"--{boundary}\r\n".encode()
    head = server.post("/imports", f"multipart/form-data; boundary={boundary}", length=len(body))
    assert server.ask(head, body)[0] == 400


@pytest.mark.parametrize(
    "lines",
    [b"a: b\r\n" * 1_000_000, b"a: " + b"b" * MIB + b"\r\n", b"Cookie: " + b"c=d; " * 300_000 + b"\r\n"],
)
def test_lod_5_headers_without_end_are_refused(server: Server, lines: bytes) -> None:
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n".encode()
    assert server.ask(head, lines, b"\r\n")[0] == 400


def test_lod_5_an_address_without_end_is_refused(server: Server) -> None:
    assert server.ask(b"GET /" + b"a" * MIB + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")[0] == 400


STRANGE = {
    "absolute form": b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "absolute form of our own": b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a host with a path": b"GET /queue HTTP/1.1\r\nHost: a/?x=\r\n\r\n",
    "a user before the path": b"GET @evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n Host: evil\r\nX : y\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": b"POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an old line end": b"GET / HTTP/9.9\r\n\r\n",
}


@pytest.mark.parametrize("name", STRANGE)
def test_web_5_what_is_no_request_to_us_is_refused_under_the_page_rules(server: Server, name: str) -> None:
    status, said = server.ask(STRANGE[name] + b"\r\n\r\n")
    assert status in (400, 405), said
    head = said.lower().decode("latin-1")
    assert "content-security-policy: default-src 'none'" in head
    assert all(f"{rule}: {value}".lower() in head for rule, value in RULES.items())
    assert "server:" not in head
    assert "evil" not in head.partition("\r\n\r\n")[0]


def test_lod_5_after_all_of_it_the_server_answers_and_has_stayed_small(server: Server) -> None:
    head = f"GET /queue HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: tracker={server.cookie}\r\n"
    assert server.ask(f"{head}Connection: close\r\n\r\n".encode())[0] == 200
    assert server.most_memory < MOST_MEMORY_KIB


def test_lod_5_meanwhile_the_loop_was_never_kept_from_others(server: Server) -> None:
    measured = read(server.pulse)
    assert 0 < measured.processor <= LONGEST_BLOCK_SECONDS
    assert measured.wall <= LONGEST_WAIT_SECONDS


def test_a_loop_that_is_blocked_is_seen_to_be(tmp_path: Path) -> None:
    """What the test before would tell of a server that reads a bomb in its loop."""

    async def block() -> None:
        beating = asyncio.create_task(Pulse().beat(tmp_path / "pulse"))
        await asyncio.sleep(0.05)
        until = process_time() + 2 * LONGEST_BLOCK_SECONDS
        while process_time() < until:
            pass
        await asyncio.sleep(0.05)
        beating.cancel()

    run(block())
    assert read(tmp_path / "pulse").processor > LONGEST_BLOCK_SECONDS
