"""What values of the law are cited from, and texts in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Words = Mapping[str, str]
"""One text in each language: ``{"kk": …, "ru": …, "en": …}``."""


@dataclass(frozen=True, slots=True)
class Source:
    """An act or publication that values are cited from."""

    id: str
    title: Words
    number: str
    adopted_on: date | None
    url: str | None = None
