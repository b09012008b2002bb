"""Why a value may be used: a citation with its day of reading, or a stated assumption (design §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.policy import Source, Words
from tracker.law.toml_table import Table


@dataclass(frozen=True, slots=True)
class Ground:
    """What carries a value: ``source``, ``at`` and ``read_on`` together, or ``assumed`` alone."""

    source: Source | None
    at: Words | None
    read_on: date | None
    assumed: Words | None


@dataclass(frozen=True, slots=True)
class Library:
    """What values may refer to by name: sources, and remarks in every language."""

    sources: Mapping[str, Source]
    remarks: Mapping[str, Words]

    def ground(self, table: Table) -> Ground:
        """The citation or the assumption of a version or route: one of them, never both."""
        assumed = self.remark(table, "assumed")
        if assumed is None and "source" not in table.content:
            raise table.broken("no_ground")
        if assumed is None:
            return Ground(self.source(table), table.words_or_text("at"), table.get("read_on", date), None)
        if any(key in table.content for key in ("source", "at", "read_on")):
            raise table.broken("cited_and_assumed")
        return Ground(None, None, None, assumed)

    def source(self, table: Table) -> Source:
        """The source that a table names."""
        name = table.text("source")
        if name not in self.sources:
            raise table.broken("unknown", "source")
        return self.sources[name]

    def remark(self, table: Table, key: str) -> Words | None:
        """The remark that a key of a table names, if the key is there."""
        name = table.find(key, str)
        if name is not None and name not in self.remarks:
            raise table.broken("unknown", key)
        return None if name is None else self.remarks[name]
