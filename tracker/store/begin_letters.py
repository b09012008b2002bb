"""Letters on their way that ask for beginnings: who has them, and what is left out before they go."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.begin_requests import BeginRequest
from tracker.store.outbox import waiting
from tracker.store.reminder_tables import MESSAGE


def told_of(
    session: Session, requests: Collection[BeginRequest], *, template: str
) -> Mapping[BeginRequest, frozenset[int]]:
    """Those who have the letter of each request; a try that was begun counts, whatever becomes of it."""
    wanted = {_line_of(each): each for each in requests}
    found: dict[BeginRequest, set[int]] = {each: set() for each in requests}
    for letter in _letters(session, requests, template):
        if letter.attempts:
            for line in json.loads(letter.parameters)["lines"]:
                if request := wanted.get(_line(letter.made_at, line)):
                    found[request].add(letter.person_id)
    return {request: frozenset(people) for request, people in found.items()}


def leave_out(
    session: Session, requests: Collection[BeginRequest], *, template: str, at: datetime, code: str
) -> None:
    """Take requests out of the letters that nobody tried to send yet; what is empty then is not sent."""
    gone = {_line_of(each) for each in requests}
    for letter in _letters(session, requests, template):
        said = json.loads(letter.parameters)
        left = [line for line in said["lines"] if _line(letter.made_at, line) not in gone]
        if letter.attempts or len(left) == len(said["lines"]):
            continue
        written = json.dumps({**said, "lines": left}, ensure_ascii=False)
        values: dict[str, Any] = {"parameters": written} if left else {"voided_at": at, "code": code}
        session.execute(update(MESSAGE).where(MESSAGE.c.id == letter.id).values(values))


def _letters(session: Session, requests: Iterable[BeginRequest], template: str) -> list[Row[Any]]:
    """The letters that were put when these requests were made, sent or still to be sent."""
    row = MESSAGE.c
    query = select(row.id, row.person_id, row.made_at, row.attempts, row.parameters).where(
        row.template == template,
        row.made_at.in_(sorted({each.asked_at for each in requests})),
        or_(row.sent_at.is_not(None), waiting()),
    )
    return list(session.execute(query.order_by(row.id)))


def _line_of(request: BeginRequest) -> tuple[object, ...]:
    return request.asked_at, request.school_id, request.service, request.ends_on


def _line(made_at: datetime, line: Mapping[str, str]) -> tuple[object, ...]:
    return made_at, line["school_id"], line["service"], date.fromisoformat(line["ends_on"])
