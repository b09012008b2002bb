"""What several of these tests do: hand a file over as a browser does, and look for acts in the source."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from tests.accounts.conftest import Browser, token_on
from tracker.domain.acts import Act


def hand_over(browser: Browser, data: str, kind: str = "schools") -> str:
    """Upload a file and return the address of its preview."""
    token = token_on(browser.get("/imports").text)
    files = {"file": ("file.csv", data.encode())}
    answer = browser.client.post("/imports", data={"csrf": token, "kind": kind}, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def seen_on(html: str) -> str:
    """The fingerprint of what a preview showed."""
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found, html[:2000]
    return found[1]


def confirm(browser: Browser, address: str) -> int:
    """Look at a preview and confirm it; the status of the answer."""
    html = browser.get(address).text
    return browser.post(address, {"seen": seen_on(html)}, token=token_on(html)).status_code


def places_of(folder: Path, acts: Collection[Act]) -> dict[Act, list[str]]:
    """Where the source names an act, outside of the list of acts itself."""
    found: dict[Act, list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        for name in re.findall(r"\bAct\.([A-Z_]+)\b", path.read_text("utf-8")):
            if path.name != "acts.py" and Act[name] in acts:
                found.setdefault(Act[name], []).append(path.name)
    return found
