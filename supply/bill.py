"""The bill of materials in CycloneDX 1.6, made from the locks: the same locks give the same bytes."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
NAME = "school-channel-tracker"
ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE
)
SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")
OPTIONAL = frozenset(
    {
        *("psycopg", "psycopg-binary"),
        *("apprise", "certifi", "charset-normalizer", "markdown"),
        *("oauthlib", "requests", "requests-oauthlib", "urllib3"),
    }
)
"""What only the extras ``postgres`` and ``notify`` bring; it is locked for developers."""

SPDX = {"BSD-0-Clause": "0BSD"}
"""What a package calls its licence, where the list of SPDX has another name for it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One locked package."""

    kind: str
    name: str
    version: str
    hashes: tuple[tuple[str, str], ...]
    is_optional: bool = False
    license: str | None = None

    @property
    def purl(self) -> str:
        """How the world names it."""
        return f"pkg:{self.kind}/{quote(self.name, safe='/')}@{quote(self.version)}"


def parts(root: Path = ROOT) -> tuple[Part, ...]:
    """Everything that runs: packages of Python, the driver of PostgreSQL, files of browsers."""
    running = list(_python(root / "requirements.lock"))
    extra = [part for part in _python(root / "requirements-dev.lock", optional=True) if part.name in OPTIONAL]
    return (*running, *extra, *_browser(root / "package-lock.json"))


def _python(lock: Path, *, optional: bool = False) -> Iterator[Part]:
    for found in ENTRY.finditer(lock.read_text(encoding="utf-8")):
        hashes = tuple(("SHA-256", each) for each in SHA256.findall(found["rest"]))
        yield Part("pypi", found["name"].lower(), found["version"], hashes, optional)


def _browser(lock: Path) -> Iterator[Part]:
    packages: dict[str, Any] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    for path, said in packages.items():
        if path:
            digest = base64.b64decode(said["integrity"].removeprefix("sha512-")).hex()
            name = path.removeprefix("node_modules/")
            licence = said.get("license")
            named = SPDX.get(licence, licence)
            yield Part("npm", name, said["version"], (("SHA-512", digest),), license=named)


def bill(root: Path = ROOT, *, version: str) -> dict[str, Any]:
    """The whole bill; its serial number follows from what it lists."""
    listed = [_component(part) for part in parts(root)]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([NAME, version, listed], sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": NAME,
                "version": version,
                "bom-ref": f"pkg:pypi/{NAME}@{version}",
            }
        },
        "components": listed,
    }


def _component(part: Part) -> dict[str, Any]:
    scope, _, name = part.name.rpartition("/")
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": name,
        "version": part.version,
        "purl": part.purl,
        "scope": "optional" if part.is_optional else "required",
        "hashes": [{"alg": kind, "content": digest} for kind, digest in part.hashes],
    }
    if scope:
        found["group"] = scope
    if part.license:
        found["licenses"] = [{"license": {"id": part.license}}]
    return found
