"""The package, installed in an empty environment away from the checkout, does its whole work (design §12)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from httpx2 import Client

from tests.accounts.conftest import token_on
from tracker import __version__

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 60

REGISTER = {
    "schools": "school_id,name,region,needed_from\n"
    "S1,№ 1 мектеп,59,2026-01-01\n"
    "S2,№ 2 мектеп,59,2026-01-01\n"
    "S3,№ 3 мектеп,27,2026-01-01\n",
    "contracts": "contract_number,school_id,start_on,end_on\n"
    "C-1,S1,2026-01-01,2026-12-31\n"
    "C-2,S2,2026-01-01,2026-06-30\n"
    "C-3,S3,2026-01-01,\n",
    "tenders": "tender_number,school_id,status,method,published_on,bids_close_on\n"
    "T-2,S2,active,price_quotation,2026-07-01,2026-07-10\n",
    "tender-events": "tender_number,event,on\nT-2,suspended,2026-07-15\n",
}

PASSWORD = "төрт түлік қыста да тоқ"

pytestmark = pytest.mark.xdist_group("wheel")


@dataclass(frozen=True, slots=True)
class Installed:
    """The program in an environment of its own, used from a folder that holds only its files."""

    program: Path
    folder: Path

    def command(self, *words: str) -> list[str]:
        """The command line for these words."""
        return [str(self.program), *words]

    def run(self, *words: str) -> str:
        """What the program prints; an exit status other than 0 fails the test with what it said."""
        done = subprocess.run(
            self.command(*words), cwd=self.folder, env=empty_environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def answer(self, *words: str) -> dict[str, Any]:  # JSON: any shape
        """The same for a command that prints one JSON object."""
        printed: dict[str, Any] = json.loads(self.run(*words, "--format", "json"))
        return printed


def empty_environment() -> dict[str, str]:
    """An environment that knows nothing of the checkout, its interpreter or its settings."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUTF8": "1"}


def build(into: Path) -> Path:
    """The wheel, built from the checkout."""
    words = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(ROOT)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment with the locked versions and the wheel, and a folder with a migrated database."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home)
    install(home, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    install(home, "--no-deps", "--no-index", str(wheel))
    office = Installed(home / "bin" / "tracker", tmp_path_factory.mktemp("office"))
    office.run("migrate")
    for kind, text in REGISTER.items():
        (office.folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    return office


def install(home: Path, *words: str) -> None:
    """Install into the environment; where no package index answers, only CI insists."""
    pip = [sys.executable, "-m", "pip", "--python", str(home), "install", "--quiet", "--no-compile", *words]
    done = subprocess.run(pip, cwd=home, capture_output=True, text=True)
    if done.returncode and "CI" not in os.environ and re.search(r"connection|No matching", done.stderr):
        pytest.skip(f"no package index: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def taken_in(installed: Installed) -> dict[str, dict[str, Any]]:
    """The reports of the four register files, taken in by the installed program."""
    return {kind: installed.answer("import", kind, f"{kind}.csv") for kind in REGISTER}


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process")
def test_what_shares_an_environment_runs_in_one_process(request: pytest.FixtureRequest) -> None:
    """Each process would build the environment anew: once pytest named tests in a way that xdist missed."""
    assert request.node.nodeid.endswith("@wheel")


def test_two_builds_of_one_checkout_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    first, second = (hashlib.sha256(path.read_bytes()).hexdigest() for path in (wheel, build(tmp_path)))
    assert first == second


def test_everything_that_is_not_code_travels_inside_the_package(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    beside = {
        f"tracker/_bundle/{path.relative_to(ROOT).as_posix()}"
        for folder in ("templates", "alembic")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    within = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tracker").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert beside
    assert within
    assert sorted((beside | within) - inside) == []


def test_nothing_else_travels(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in inside} == {
        "tracker",
        f"school_channel_tracker-{__version__}.dist-info",
    }
    assert [name for name in inside if re.search(r"\.(db|pyc|log)$|(^|/)tests?[_/]|conftest", name)] == []


def test_the_installed_program_says_its_version(installed: Installed) -> None:
    assert __version__ in installed.run("--version")


def test_the_installed_program_takes_registers_in(taken_in: dict[str, dict[str, Any]]) -> None:
    for kind, report in taken_in.items():
        rows = REGISTER[kind].count("\n") - 1
        assert report | {"read": rows, "new": rows, "rejected": 0, "written": True} == report


@pytest.mark.usefixtures("taken_in")
def test_the_same_file_twice_changes_nothing(installed: Installed) -> None:
    assert installed.answer("import", "schools", "schools.csv")["same"] == 3


@pytest.mark.usefixtures("taken_in")
def test_the_installed_program_assesses_any_day(installed: Installed) -> None:
    found = installed.answer("evaluate", "--on", "2026-07-16")
    states = {need["school_id"]: need["state"] for need in found["needs"]}
    assert states == {"S1": "covered", "S2": "uncovered", "S3": "unknown"}
    assert found["counts"]["needs"] == 3


@pytest.mark.usefixtures("taken_in")
def test_the_installed_program_serves_pages(installed: Installed) -> None:
    invitation = installed.run("user", "add", "you@example.kz", "--role", "admin")
    for port in served(installed):
        with admitted(port, invitation) as reader:
            assert reader.get("/?on=2026-07-16&lang=ru").status_code == 200
            school = reader.get("/schools/S2?on=2026-07-16&lang=kk")
            assert school.status_code == 200
            assert "№\N{NO-BREAK SPACE}2 мектеп" in school.text
            assert reader.get("/schools/nobody").status_code == 404


def test_the_first_quarter_of_an_hour_of_the_readme_works_as_written(
    installed: Installed, tmp_path: Path
) -> None:
    reader = Installed(installed.program, tmp_path)
    path = f"{installed.program.parent}{os.pathsep}{os.environ['PATH']}"
    for block in blocks_of_the_readme():
        words = ["bash", "-euc", block.removesuffix(SERVES)]
        done = subprocess.run(
            words, cwd=tmp_path, env=empty_environment() | {"PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        if block.endswith(SERVES):
            for port in served(reader):
                with admitted(port, done.stdout) as browser:
                    assert browser.get("/?on=2027-01-15&lang=en").status_code == 200


def blocks_of_the_readme() -> list[str]:
    """The commands of the section in which a reader tries the program, block by block."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## A first quarter of an hour\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    assert [block for block in blocks if block.endswith(SERVES)]
    return blocks


SERVES = "tracker serve\n"
"""How the block ends after which the pages are looked at; it would not come to an end by itself."""


def served(office: Installed) -> Iterator[int]:
    """The port of a running server, which is stopped afterwards."""
    port = free_port()
    log = (office.folder / "server.log").open("w+")
    words = office.command("serve", "--port", str(port))
    with (
        log,
        subprocess.Popen(words, cwd=office.folder, env=empty_environment(), stdout=log, stderr=log) as server,
    ):
        try:
            wait_until_open(server, port, log.name)
            yield port
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_open(server: subprocess.Popen[bytes], port: int, log: str) -> None:
    """Wait for the server; if it ends or never listens the test fails with its log."""
    until = monotonic() + PATIENCE_SECONDS
    while monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    pytest.fail(Path(log).read_text(encoding="utf-8"))


@contextmanager
def admitted(port: int, printed: str) -> Iterator[Client]:
    """The browser of whoever opens the printed link, chooses a password by it and signs in."""
    (link,) = re.findall(r"/welcome/\S+", printed)
    home = f"http://127.0.0.1:{port}"
    with Client(base_url=home, timeout=PATIENCE_SECONDS) as browser:
        for path, fields in (
            (link, {"password": PASSWORD, "again": PASSWORD}),
            ("/sign-in", {"email": "you@example.kz", "password": PASSWORD}),
        ):
            form = {"csrf": token_on(browser.get(path).text), **fields}
            answer = browser.post(path, data=form, headers={"origin": home, "sec-fetch-site": "same-origin"})
            assert answer.status_code == 303, answer.text
        yield browser
