"""What the program is made of is listed, and known faults of it are asked for (SUP-1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from threading import Thread
from typing import Any

import pytest

from supply.__main__ import main
from supply.bill import ROOT, bill, parts
from tracker import __version__


def test_the_bill_lists_everything_that_is_locked_with_its_hashes() -> None:
    found = {(part.kind, part.name): part for part in parts()}
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    assert len(locked) > 30
    assert {("pypi", name.lower()) for name in locked} <= set(found)
    assert all(part.hashes for part in found.values())
    assert found["pypi", "psycopg"].is_optional
    assert found["npm", "govuk-frontend"].hashes[0][0] == "SHA-512"
    assert found["pypi", "starlette"].version == version("starlette")


def test_the_bill_is_cyclonedx_and_the_same_every_time() -> None:
    first, again = bill(version="1.0"), bill(version="1.0")
    assert first == again
    assert (first["bomFormat"], first["specVersion"], first["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first["serialNumber"])
    refs = [component["bom-ref"] for component in first["components"]]
    assert len(refs) == len(set(refs))
    assert "pkg:npm/%40fontsource-variable/golos-text@5.3.0" in refs
    assert bill(version="1.1")["serialNumber"] != first["serialNumber"]


def test_the_command_prints_the_bill(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bill"]) == 0
    assert json.loads(capsys.readouterr().out) == bill(version=__version__)


class Service(BaseHTTPRequestHandler):
    """A small service that speaks the OSV protocol and knows one fault of one package."""

    severity = "CRITICAL"

    def do_POST(self) -> None:
        """Which faults each package has."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        hit = {"vulns": [{"id": "TEST-2026-1"}]}
        self._say({"results": [hit if "/jinja2@" in one["package"]["purl"] else {} for one in asked]})

    def do_GET(self) -> None:
        """What is known of a fault."""
        self._say({"published": "2026-11-01", "database_specific": {"severity": self.severity}})

    def _say(self, value: Any) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(params=["CRITICAL", "LOW", "nobody says"])
def service(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a service, and how grave its one fault is."""
    kind = type("Said", (Service,), {"severity": request.param})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", request.param
    server.shutdown()
    server.server_close()


def test_a_known_fault_is_told_with_the_days_in_which_it_is_mended(
    service: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, severity = service
    monkeypatch.setenv("ADVISORIES_URL", address)
    status, told, days = {
        "CRITICAL": (1, "CRITICAL", 7), "LOW": (0, "LOW", 180), "nobody says": (1, "HIGH", 30),
    }[severity]  # fmt: skip
    assert main(["check"]) == status
    said = capsys.readouterr().out
    assert "critical 7 days, high 30 days" in said
    assert re.search(rf"{told} TEST-2026-1 in jinja2 .*: mend within {days} days", said)


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9", "nonsense"])
def test_where_nothing_can_be_asked_it_is_said_and_never_taken_for_good(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISORIES_URL", address)
    assert main(["check"]) == 3
    assert "NOT CHECKED" in capsys.readouterr().out
