"""A form that is refused for what was chosen on a list: what to do instead, and the way back to that list."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from tracker.domain.errors import TrackerError
from tracker.web.deps import Caller
from tracker.web.filters import QUEUED
from tracker.web.steps import ASKED, STEP


def turned_back(called: Caller, refused: TrackerError, back: str, *, status: int = 400) -> Response:
    """The refusal in words, leading back to the list as it was asked for."""
    values = {"error": refused, "number": None, "is_reading": False, "back": back}
    with called.reading() as visit:
        return visit.page("errors/show.html", values, status=status)


def list_of(asked: str) -> str:
    """The list on which needs or decisions were chosen: that of decisions tells its step, the queue none."""
    fields = dict(parse_qsl(asked))
    page, names = ("/suggestions", ASKED) if STEP in fields else ("/queue", QUEUED)
    kept = urlencode({name: value for name, value in fields.items() if name in names})
    return f"{page}?{kept}" if kept else page
