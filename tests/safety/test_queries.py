"""What people type is text: no database, pattern or validator takes it for anything else (WEB-7, WEB-13).

Two thousand texts that would be a query are asked in ``test_payloads`` and ``test_form_fields``.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import process_time
from types import FrameType
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.register import a_school, fill
from tracker.domain import alphabet, asked, bins, guarded
from tracker.domain.errors import TrackerError
from tracker.domain.vocabulary import Language
from tracker.feeds import dates, regions, spelling, values
from tracker.feeds.cells import CellRefused
from tracker.logs import plain
from tracker.services import importing
from tracker.settings import Settings
from tracker.web.attachments import disposition, file_name
from tracker.web.filters import Filters
from tracker.web.own_paths import own_path
from tracker.web.security import nearest_stranger, without_port

SEARCHED = frozenset({"/queue", "/schools", "/api/v1/needs", "/api/v1/flags"})
"""Those that are sent what keeps databases waiting."""


@pytest.fixture
def client(filled: Engine, visit: Visit) -> TestClient:
    """An administrator."""
    return visit(filled, Language.EN)


NAMED = (
    "Жүз 100% мектеп", "Жүз 1000 мектеп", "Аб_й атындағы", "Абай атындағы", "C:\\мектеп", "[аб] мектеп",
)  # fmt: skip
FOUND = {
    "%": "", "_": "", "__": "", "\\": "", "\\%": "", "1%0": "", "_ата%": "", "Аб_й": "2", "10_0": "",
    "%мектеп%": "0145", "Абай": "3", "1000": "1",
}  # fmt: skip


def test_web_7_signs_of_patterns_stand_for_nothing_but_themselves(empty: Engine, visit: Visit) -> None:
    schools = (a_school(f"99074100{n:04}", "x", name_kk=name, name_ru=name) for n, name in enumerate(NAMED))
    fill(empty, *schools)
    client = visit(empty)
    for text, places in FOUND.items():
        needs = client.get("/api/v1/needs", params={"q": text}).json()["needs"]
        assert "".join(need["school_id"][-1] for need in needs) == places, text


def test_web_7_a_district_and_a_number_match_literally(client: TestClient) -> None:
    totals = {
        text: client.get("/api/v1/needs", params={"district": text}).json()["total"]
        for text in ("Петропавл", "%", "Петропав_", "%авл", "петропавл")
    }
    assert totals.pop("Петропавл") > 0
    assert set(totals.values()) == {0}
    assert client.get("/schools/99074000000_").status_code == 404
    assert client.get("/schools/%25").status_code == 404


SLEEPS = (
    "'; SELECT pg_sleep(60)--", "' || pg_sleep(60) || '", "' OR (SELECT 1 FROM pg_sleep(60)) = 1--",
    "1; SELECT pg_sleep(60)", "') OR 1=(SELECT 1 FROM pg_sleep(60))--", "' OR randomblob(2000000000) > 0--",
)  # fmt: skip


def test_web_7_no_database_waits_because_a_text_says_so(engine: Engine, visit: Visit) -> None:
    fill(engine)
    client = visit(engine)
    with within(30):
        for text in SLEEPS:
            for path in sorted(SEARCHED):
                assert client.get(path, params={"q": text, "district": text}).status_code == 200
            assert client.get(f"/api/v1/schools/{quote(text, safe='')}").status_code == 404
            answer = client.post("/sign-in", data={"email": text, "password": text})
            assert answer.status_code == 401


# Texts that make a careless pattern go back and forth


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fails a block that takes longer, even inside one regular expression."""

    def too_long(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def hostile(size: int) -> Iterator[str]:
    """Texts of ``size`` signs: one sign over and over, and pairs that almost match."""
    for unit in (
        "a",
        "1",
        " ",
        "-",
        "'",
        '"',
        "=",
        "%",
        "/",
        ".",
        ":",
        ";",
        ",",
        "0",
        "я",
        "\u00a0",
        "\n",
        "«",
        "А1",
    ):
        yield (unit * size)[:size]
    for unit, end in (("1", "!"), ("a@", "@"), ("a.", "@"), ("1.", "x"), ("2027-", "-"), ("ab ", "\x00")):
        yield (unit * size)[: size - 1] + end


def swallowed(call: Callable[[str], object]) -> Callable[[str], object]:
    """The call, for which a refusal is as good as an answer."""

    def calling(text: str) -> None:
        try:
            call(text)
        except (TrackerError, CellRefused):
            return

    return calling


VALIDATORS: dict[str, Callable[[str], object]] = {
    "day": asked.read_day,
    "moment": asked.read_moment,
    "search": alphabet.search_terms,
    "search key": alphabet.search_key,
    "latin": alphabet.from_latin,
    "order": alphabet.sort_key,
    "bin": bins.is_bin,
    "organisation": bins.is_organisation,
    "guard": guarded.guarded,
    "unguard": guarded.unguarded,
    "spelling": spelling.folded,
    "trimming": spelling.trimmed,
    "region": regions.find_region,
    "region in a name": regions.regions_in_name,
    "cell: day": dates.read_day,
    "cell: last day": dates.read_last_day,
    **{f"cell: {name}": getattr(values, f"read_{name}") for name in (
        "name", "note", "identifier", "school", "schools", "bin", "region", "count", "money", "currency",
        "email",
    )},
    "file name": file_name,
    "disposition": lambda text: disposition(file_name(text)),
    "log": plain,
    "way back": own_path,
    "host": without_port,
    "address": lambda text: nearest_stranger(text.split(","), ()),
    "filters": lambda text: Filters.read({"q": text, "district": text, "page": text}),
    "region filter": lambda text: Filters.read({"region": text}),
    "base url": lambda text: Settings.from_env({"TRACKER_BASE_URL": f"http://{text}"}),
    "proxies": lambda text: Settings.from_env({"TRACKER_TRUSTED_PROXIES": text}),
}  # fmt: skip


AT_ONCE = 1.0
"""Processor seconds that one long text may take."""

UNMEASURED = 0.02
"""Processor seconds below which the growth of a call is not told from the clock's own noise."""


def spent(call: Callable[[str], object], text: str) -> float:
    """The processor seconds of one call, whatever else the machine does."""
    begun = process_time()
    call(text)
    return process_time() - begun


def is_slow(short: float, long: float) -> bool:
    """Whether a text of ten times the length took more than a second, or three times ten times as long."""
    return long > AT_ONCE or long > max(UNMEASURED, 30 * short)


def loses_itself(call: Callable[[str], object], text: str, longer: str) -> bool:
    """Whether it is slow twice: the first time something may have been read, or memory tidied."""
    return all(is_slow(spent(call, text), spent(call, longer)) for _ in range(2))


@pytest.mark.parametrize("name", VALIDATORS)
def test_web_13_no_validator_loses_itself_in_a_long_text(name: str) -> None:
    call, slow = swallowed(VALIDATORS[name]), []
    with within(60):
        for text, longer in zip(hostile(10_000), hostile(100_000), strict=True):
            slow += [text[:4]] if loses_itself(call, text, longer) else []
        for sign, end in (("a", ""), ("1", ""), (" ", "x")):
            longer = sign * (1_000_000 - len(end)) + end
            slow += [sign + end] if loses_itself(call, longer[900_000:], longer) else []
    assert slow == []


def test_web_13_a_validator_that_goes_back_and_forth_is_found() -> None:
    """A careless pattern, which tries each beginning anew; otherwise the bound would say nothing."""
    careless = re.compile(r" +$").search
    assert loses_itself(careless, " " * 1_000 + "x", " " * 10_000 + "x")


def test_web_13_no_file_of_long_cells_is_read_for_ever() -> None:
    def read(text: str) -> None:
        cell = text.replace('"', "").replace("\n", " ").replace("\x00", "")
        data = f"school_id;name;region;bin\n{cell};{cell};{cell};{cell}\n".encode()
        importing.read_file(data, filename="f.csv")

    with within(120):
        taken = {text[:4]: spent(swallowed(read), text) for text in hostile(100_000)}
    assert {unit: seconds for unit, seconds in taken.items() if seconds > AT_ONCE} == {}


def asked_for(client: TestClient, path: str, text: str) -> Response:
    """What a search is answered."""
    return client.get(path, params={"q": text})


@pytest.mark.parametrize("size", [4_000, 20_000])
def test_web_13_a_long_question_is_answered_or_refused(client: TestClient, size: int) -> None:
    slow: list[tuple[str, str]] = []

    def timed(what: str, sign: str, asking: Callable[[str], Response], *allowed: int) -> None:
        def asked_once(text: str) -> None:
            assert asking(text).status_code in allowed, what

        if spent(asked_once, sign * size) > AT_ONCE and spent(asked_once, sign * size) > AT_ONCE:
            slow.append((what, sign))

    with within(60):
        for sign in ("a", "%", " "):
            for path in ("/schools", "/queue", "/api/v1/needs"):
                timed(path, sign, partial(asked_for, client, path), 200, 400)
            timed("region", sign, lambda text: client.get("/queue", params={"region": text}), 200, 400)
            form = {"email": sign * size, "password": sign * size}
            assert client.post("/sign-in", data=form).status_code in (400, 401, 413, 429)
        many = {"accept-language": "a," * (size // 2)}
        timed("language", "a,", lambda _: client.get("/queue", headers=many), 200)
    assert slow == []
