"""The files that pages load: ours, and those of others that the build has fetched (hatch_build.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_FOLDER = Path(__file__).resolve().parent / "static"
STATIC = "/static/"
DAY_SECONDS = 24 * 3600
YEAR_SECONDS = 365 * DAY_SECONDS


def asset_addresses() -> Callable[[str], str]:
    """Addresses of static files that change with their content, so that browsers may keep them."""
    files = (path for path in STATIC_FOLDER.rglob("*") if path.is_file())
    marks = {
        path.relative_to(STATIC_FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in files
    }
    return lambda name: f"{STATIC}{name}?v={marks[name]}"


class LastingFiles(StaticFiles):
    """Static files: kept for a year when asked for by their mark, for a day else (typefaces)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with the time for which a browser may keep it."""
        response = await super().get_response(path, scope)
        marked = scope["query_string"].startswith(b"v=")
        lasting = f"max-age={YEAR_SECONDS}, immutable" if marked else f"max-age={DAY_SECONDS}"
        response.headers["cache-control"] = f"public, {lasting}"
        return response
