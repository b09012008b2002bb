"""No secret stands in any file of any commit, in no branch and no tag (SUP-4)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SECRETS = {
    "private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}",
    "key of a cloud": rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b",
    "token of a code host": rb"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{60}|\bglpat-[\w-]{20}",
    "token of a chat": rb"\bxox[abprs]-[0-9A-Za-z-]{20}|\b\d{8,10}:AA[\w-]{33}\b",
    "token of a package index": rb"\bpypi-AgE[\w-]{50}|\bnpm_[A-Za-z0-9]{36}\b",
    "signed token": rb"\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}",
    "token of ours": rb"\btrk_[0-9A-Za-z]{6,}_[\w-]{40,}",
    "password in an address": rb"\b[a-z][a-z+]{2,20}://[^\s/:@\"'{}<>$]{1,60}:[^\s/:@\"'{}<>$]{6,60}@[a-z0-9]",
    "secret of a server": rb"TRACKER_(?:SECRET|[A-Z]+_TOKEN)=(?![\"']?\$)[\"']?[\w+/=-]{32,}",
}
"""What secrets look like, each with enough of a secret in it that a pattern or a place for one is none."""

PATTERNS = {name: re.compile(pattern) for name, pattern in SECRETS.items()}


def git(folder: Path, *words: str, given: bytes | None = None) -> bytes:
    """What git says."""
    return subprocess.run(["git", *words], cwd=folder, input=given, capture_output=True, check=True).stdout


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of every commit, once: the name of the object with its path, and its bytes."""
    listed = git(folder, "rev-list", "--objects", "--all", "--no-object-names").decode().split()
    told = git(folder, "cat-file", "--batch", given="\n".join(listed).encode())
    place = 0
    while place < len(told):
        line_end = told.index(b"\n", place)
        name, kind, size = told[place:line_end].decode().split()
        data = told[line_end + 1 : line_end + 1 + int(size)]
        place = line_end + 2 + int(size)
        if kind in ("blob", "commit", "tag"):
            yield name, data


def found_in(folder: Path) -> list[str]:
    """What looks like a secret, by the object that holds it; the secret itself is not told."""
    return [
        f"{name}: {kind}"
        for name, data in contents(folder)
        for kind, pattern in PATTERNS.items()
        if pattern.search(data)
    ]


def test_no_commit_holds_a_secret() -> None:
    try:
        git(ROOT, "rev-parse", "--git-dir")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no history here: this is no checkout, or git is missing")
    assert found_in(ROOT) == []


PLANTED = {
    "private key": "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "MIIEpAIBAAKCAQEA" * 5,
    "key of a cloud": "AKIA" + "IOSFODNN7EXAMPL0",
    "token of a code host": "ghp_" + "a1B2" * 9,
    "token of a chat": "123456789:AA" + "x" * 33,
    "token of a package index": "npm_" + "a1B2" * 9,
    "signed token": ".".join(
        ["eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "zdWIiOiIxMjM0NTY3", "c2lnbmF0dXJlLXNpZw"]
    ),
    "token of ours": "trk_" + "abc12345_" + "x" * 43,
    "password in an address": "postgresql://tracker:" + "hunter2hunter2@db/name",
    "secret of a server": "TRACKER_SECRET=" + "0123456789abcdef" * 2,
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_though_a_later_commit_took_it_out(tmp_path: Path, kind: str) -> None:
    git(tmp_path, "init", "-q")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.kz")
    for text in (PLANTED[kind], "nothing"):
        (tmp_path / "file").write_text(f"x = '{text}'\n", encoding="utf-8")
        git(tmp_path, "add", "file")
        git(tmp_path, *identity, "commit", "-q", "-m", "a change")
    assert [each.partition(": ")[2] for each in found_in(tmp_path)] == [kind]
