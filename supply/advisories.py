"""Known faults of what the program is made of, asked of a service that speaks the OSV protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from supply.bill import Part

FIX_DAYS: Mapping[str, int] = {"CRITICAL": 7, "HIGH": 30, "MODERATE": 90, "MEDIUM": 90, "LOW": 180}
"""Within how many days of becoming known a fault is mended (reliability SUP-1; the last three: house)."""

UNKNOWN = "HIGH"
"""How grave a fault is of which nobody says it."""

GRAVE = frozenset({"CRITICAL", "HIGH"})
PATIENCE_SECONDS = 30


class NotAsked(Exception):
    """The service could not be asked: nothing is known of anything."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A known fault of a part."""

    part: Part
    id: str
    severity: str
    published: str

    @property
    def is_grave(self) -> bool:
        """Whether a release may not have it."""
        return self.severity in GRAVE

    @property
    def days(self) -> int:
        """Within how many days it is mended."""
        return FIX_DAYS.get(self.severity, FIX_DAYS[UNKNOWN])


def known_faults(parts: Sequence[Part], address: str) -> tuple[Fault, ...]:
    """Every known fault of the parts; raises :class:`NotAsked` where the service does not answer."""
    try:
        with httpx2.Client(base_url=address, timeout=PATIENCE_SECONDS) as client:
            return tuple(_ask(client, parts))
    except (httpx2.HTTPError, httpx2.InvalidURL, KeyError, ValueError) as error:
        raise NotAsked(f"{type(error).__name__}: {error}") from error


def _ask(client: httpx2.Client, parts: Sequence[Part]) -> Iterator[Fault]:
    queries = [{"package": {"purl": part.purl}} for part in parts]
    results = _json(client.post("/v1/querybatch", json={"queries": queries}))["results"]
    for part, result in zip(parts, results, strict=True):
        for named in (result or {}).get("vulns", []):
            said = _json(client.get(f"/v1/vulns/{named['id']}"))
            yield Fault(part, named["id"], _severity(said), said.get("published", ""))


def _json(answer: httpx2.Response) -> dict[str, Any]:
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _severity(said: Mapping[str, Any]) -> str:
    stated = str(said.get("database_specific", {}).get("severity", "")).upper()
    return stated if stated in FIX_DAYS else UNKNOWN
