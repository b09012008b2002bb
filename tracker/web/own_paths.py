"""Addresses to come back to, given by a form or a link: only of our own pages (WEB-6)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request

from tracker.domain.people import Person
from tracker.domain.roles import Role

FRONT, WEEK = "/", "/deadlines"
OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def written_path(request: Request) -> str:
    """The path of a request as addresses write it: the server has decoded it."""
    return quote(request.scope["path"])


def page_behind(request: Request) -> str:
    """The page that can be asked for again: the one that is shown, or that on which an answered form was."""
    if request.method in ("GET", "HEAD"):
        said = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
        return written_path(request) + (f"?{urlencode(said)}" if said else "")
    came = urlsplit(request.headers.get("referer", ""))
    is_ours = came.netloc == request.headers.get("host")
    return own_path(came.path + (f"?{came.query}" if came.query else "")) if is_ours else FRONT


def own_path(text: str) -> str:
    """The path, if it leads to a page of ours, else the front page."""
    return text if OWN_PATH.fullmatch(text) else FRONT


def first_page(onward: str, person: Person) -> str:
    """Where somebody who has come in goes on: to the page that she asked for, else to the first of her role.

    An officer's is her week, which she sees without a click (experience §4, O3).
    """
    return WEEK if onward == FRONT and person.role is Role.OFFICER else onward
