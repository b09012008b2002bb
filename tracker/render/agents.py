"""The browser and system by which a person knows her session, from what browsers say of themselves."""

from __future__ import annotations

import re

BROWSERS = {
    "Edg": "Edge",
    "EdgA": "Edge",
    "EdgiOS": "Edge",
    "OPR": "Opera",
    "YaBrowser": "Yandex Browser",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Version": "Safari",
}
"""Signs of browsers; whoever claims several is the first of them."""

SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
"""Signs of systems; the same."""


def device_of(agent: str) -> str | None:
    """Browser with its version, and system, such as ``Firefox 132, Windows``; None where neither is known."""
    browsers = (_versioned(agent, sign, name) for sign, name in BROWSERS.items())
    systems = (name for sign, name in SYSTEMS.items() if sign in agent)
    known = (next(filter(None, browsers), None), next(systems, None))
    return ", ".join(filter(None, known)) or None


def _versioned(agent: str, sign: str, name: str) -> str | None:
    found = re.search(rf"\b{sign}/(\d{{1,4}})", agent)
    return f"{name} {found[1]}" if found else None
