"""Reading TOML with types: every read says what it wants, every surprise says where it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from tracker.domain.days import BEGINNING, FOREVER, Span, next_day
from tracker.domain.errors import PolicyBroken
from tracker.domain.policy import Words
from tracker.domain.vocabulary import Language

Kind = TypeVar("Kind", str, int, bool, date, list[object], dict[str, object])
Member = TypeVar("Member", bound=StrEnum)


class Table:
    """One TOML table; ``at`` is its place in the file. Reads raise :class:`PolicyBroken`."""

    def __init__(self, content: Mapping[str, object], at: str) -> None:
        self.content = content
        self.at = at
        self._asked: set[str] = set()

    @classmethod
    def of(cls, path: Path) -> Table:
        """The whole of a file."""
        try:
            return cls(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
        except OSError as error:
            raise PolicyBroken(at=str(path), reason="file_unreadable") from error
        except ValueError as error:
            raise PolicyBroken(at=path.name, reason="toml_syntax", said=str(error)) from error

    def broken(self, reason: str, key: str | None = None) -> PolicyBroken:
        """The refusal to raise about this table, or about one of its keys."""
        return PolicyBroken(at=f"{self.at}.{key}" if key else self.at, reason=reason)

    def find(self, key: str, kind: type[Kind]) -> Kind | None:
        """The value of ``key``; ``None`` if the key is absent (TOML has no null)."""
        self._asked.add(key)
        value = self.content.get(key)
        if value is None:
            return None
        # isinstance alone would take true for a number and a moment for a day
        if isinstance(value, kind) and type(value) is kind:
            return value
        raise self.broken("wrong_type", key)

    def get(self, key: str, kind: type[Kind]) -> Kind:
        """The value of ``key``, which must be there."""
        value = self.find(key, kind)
        if value is None:
            raise self.broken("missing", key)
        return value

    def text(self, key: str) -> str:
        """A text that is not blank."""
        text = self.get(key, str)
        if not text.strip():
            raise self.broken("blank", key)
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts without repeats; empty if the key is absent."""
        texts = tuple(self.find(key, list) or ())
        if len(set(map(str, texts))) < len(texts):
            raise self.broken("repeated", key)
        return tuple(Table({key: text}, self.at).text(key) for text in texts)

    def counts(self, key: str) -> tuple[int, ...]:
        """A list of numbers, none negative, the greatest first; empty if the key is absent."""
        counts = tuple(Table({key: each}, self.at).get(key, int) for each in self.find(key, list) or ())
        if any(count < 0 for count in counts):
            raise self.broken("too_small", key)
        if list(counts) != sorted(set(counts), reverse=True):
            raise self.broken("unsorted", key)
        return counts

    def span(self) -> Span:
        """The days ``from`` … ``until``, both within; without one of them for ever."""
        until = self.find("until", date)
        span = Span(self.find("from", date) or BEGINNING, next_day(until) if until else FOREVER)
        if span.is_empty:
            raise self.broken("empty", "until")
        return span

    def choice(self, key: str, choices: type[Member]) -> Member:
        """A member of a closed list of words."""
        return self._member(self.text(key), key, choices)

    def choices(self, key: str, choices: type[Member]) -> tuple[Member, ...]:
        """Members of a closed list of words; none if the key is absent."""
        return tuple(self._member(text, key, choices) for text in self.texts(key))

    def _member(self, text: str, key: str, choices: type[Member]) -> Member:
        try:
            return choices(text)
        except ValueError as error:
            raise self.broken("unknown", key) from error

    def words(self, key: str) -> Words:
        """A text in every language of the house and in no other."""
        table = self.table(key)
        words = {language.value: table.text(language) for language in Language}
        table.close()
        return words

    def words_or_text(self, key: str) -> Words:
        """Like :meth:`words`; a plain text is the same in every language."""
        if isinstance(self.content.get(key), dict):
            return self.words(key)
        return dict.fromkeys((language.value for language in Language), self.text(key))

    def words_or_none(self, key: str) -> Words | None:
        """Like :meth:`words`, but the key may be absent."""
        return self.words(key) if key in self.content else None

    def table(self, key: str) -> Table:
        """The table under ``key``."""
        return Table(self.get(key, dict), f"{self.at}.{key}")

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables listed under ``key``, named by their id or number; none if the key is absent."""
        found: list[Table] = []
        for number, content in enumerate(self.find(key, list) or (), start=1):
            if not isinstance(content, dict):
                raise self.broken("wrong_type", key)
            found.append(Table(content, f"{self.at}.{key}[{content.get('id', number)}]"))
        return tuple(found)

    def close(self) -> None:
        """Refuse keys that nobody asked for: a typo must not be silent."""
        for key in self.content:
            if key not in self._asked:
                raise self.broken("unknown_key", key)
