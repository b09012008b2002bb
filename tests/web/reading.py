"""Reads a page as its reader does: the words without the markup, the numbers with the lists behind them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "path", "circle", "rect"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[tuple[str, str]] = []
        self._languages: list[str | None] = []
        self._address: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._languages.append(given.get("lang"))
        if tag == "a":
            self._address = given.get("href")
        for name in ("placeholder", "aria-label", "data-label", "title", "alt"):
            if given.get(name):
                self.parts.append(str(given[name]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._languages:
            self._languages.pop()
        if tag == "a":
            self._address = None

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if text and not self._is_marked_foreign:
            self.parts.append(text)
            if self._address:
                self.links.append((text, self._address))

    @property
    def _is_marked_foreign(self) -> bool:
        """Whether the words stand in an element that names another language than the page's own."""
        named = [language for language in self._languages if language]
        return len(set(named)) > 1


def _read(html: str) -> _Text:
    reader = _Text()
    reader.feed(html)
    return reader


def text_of(html: str) -> str:
    """Everything a person may read or hear of a page."""
    return "\n".join(_read(html).parts).replace("\u00a0", " ").replace("\u202f", " ")


def links_of(html: str) -> list[tuple[str, str]]:
    """The texts of all links with their addresses."""
    return _read(html).links


def numbers_of(html: str) -> list[tuple[int, str]]:
    """The links whose text is a number."""
    plain = ((text.replace("\u00a0", "").replace(",", ""), address) for text, address in links_of(html))
    return [(int(text), address) for text, address in plain if text.isdigit()]


def days_of(html: str) -> int:
    """The school days of all rows of a list of losses."""
    rows = re.findall(r"<tbody>.*</tbody>", html, flags=re.DOTALL)[0].split("</tr>")[:-1]
    lost = (text_of(row.rpartition("<td")[2].partition(">")[2]) for row in rows)
    return sum(int(words.replace(" ", "")) for words in lost)


def shown(page: str) -> str:
    """As of when a page shows facts, as the forms on it say."""
    return str(re.findall('name="shown" value="([^"]*)"', page)[0])
