"""Letters to send, and the moment at which these tests stand still."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tracker.domain.messages import Button, Delivery, Fate, Letter
from tracker.domain.vocabulary import Language

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LETTER = Letter(
    key="end:990740001234:channel:30:7:mail",
    to="officer@example.kz",
    language=Language.KK,
    subject="№5 мектеп: байланыс арнасы 30 күннен кейін аяқталады",
    text="Қызылорда қаласы.\nКелесі қадам: тендер жариялау.",
    html="<p>Қызылорда қаласы.</p>",
    facts={"type": "reminder.due", "school": "№5 мектеп", "due_on": "2026-12-20"},
    buttons=(Button("done", "Орындалды"), Button("open", "Ашу", "https://tracker.example.kz/schools/1")),
)


def now() -> datetime:
    """The moment of these tests."""
    return NOW


def letter(**changes: Any) -> Letter:
    """The letter with what a test needs otherwise."""
    return replace(LETTER, **changes)


def came_to(delivery: Delivery) -> tuple[Fate, str]:
    """What matters first of a try."""
    return delivery.fate, delivery.code
