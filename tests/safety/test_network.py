"""In production the server listens to a network behind a proxy, and logs one line for each event."""

from __future__ import annotations

import http.client
import json
import re
import signal
from pathlib import Path

import pytest

from tests.commands import Commands
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs

pytestmark = pytest.mark.xdist_group("processes")
WORDS = load_catalogs()[Language.EN]
PRODUCTION: dict[str, str | None] = {
    "TRACKER_ENV": "production",
    "TRACKER_CLOCK_FILE": None,
    "TRACKER_SECRET": "kT9xQw2mZr7LbYc4VnHs8DfGj3PaEu6X",
    "TRACKER_BASE_URL": "https://tracker.example.kz",
    "TRACKER_TRUSTED_PROXIES": "127.0.0.1",
}
PORT = re.compile(r"http://0\.0\.0\.0:(\d+)")


@pytest.fixture
def tracker(tmp_path: Path) -> Commands:
    """A folder with an empty register."""
    commands = Commands(tmp_path)
    commands.good("migrate")
    return commands


@pytest.mark.parametrize("missing", ["TRACKER_SECRET", "TRACKER_BASE_URL"])
def test_half_a_setting_up_listens_to_nobody(tracker: Commands, missing: str) -> None:
    said = tracker("serve", "--host", "0.0.0.0", "--port", "0", **{**PRODUCTION, missing: None})
    assert said.status == 2
    assert missing in said.err


def test_the_test_clock_is_refused_where_others_listen(tracker: Commands) -> None:
    assert tracker("serve", "--host", "0.0.0.0").status == 2
    with_clock = {**PRODUCTION, "TRACKER_CLOCK_FILE": str(tracker.folder / "clock")}
    assert tracker("serve", "--host", "0.0.0.0", **with_clock).status == 2


def test_web_12_a_server_in_production_answers_its_proxy_and_logs_whom_it_speaks_for(
    tracker: Commands,
) -> None:
    process = tracker.start("serve", "--host", "0.0.0.0", "--port", "0", "--no-scheduler", **PRODUCTION)
    assert process.stdout is not None
    told = ""
    while WORDS.say("cli.serving.people") not in told and process.poll() is None:
        told += process.stdout.readline().decode()
    assert WORDS.say("cli.serving.network", url=PRODUCTION["TRACKER_BASE_URL"]) in told
    connection = http.client.HTTPConnection("127.0.0.1", int(PORT.findall(told)[0]), timeout=30)
    through = {"Host": "tracker.example.kz", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    answers = []
    for path, headers in (
        ("/sign-in?next=/S3cret", through),
        ("/S3cret%0d%0a%E2%80%A8", {**through, "User-Agent": "S3cret\x1b[31m"}),
        ("/", {**through, "Host": "evil.example"}),
    ):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answers.append(
            (answer.status, answer.getheader("set-cookie"), answer.getheader("strict-transport-security"))
        )
        answer.read()
    connection.close()
    process.send_signal(signal.SIGINT)
    _, logged = process.communicate(timeout=30)

    assert [status for status, _, _ in answers] == [200, 404, 400]
    assert str(answers[0][1]).startswith("__Host-tracker=")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(str(answers[0][1]).lower().split("; "))
    assert all("includeSubDomains" in str(insisted) for _, _, insisted in answers)
    events = [json.loads(line) for line in logged.decode().splitlines()]
    requests = [event for event in events if event["said"] == "request"]
    asked = sorted((event["status"], str(event["route"])) for event in requests)  # lines may overtake
    assert asked == [(200, "/sign-in"), (400, "None"), (404, "None")]
    assert {event["address"] for event in requests} == {"198.51.100.7"}
    assert b"S3cret" not in logged
