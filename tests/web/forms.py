"""Reads the forms of a page as a browser does: what each field holds, and what people type into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = frozenset({"text", "date", "search", "email", "tel", "number", ""})
"""Kinds of inputs into which people type; secrets are never shown again."""


@dataclass
class PageForm:
    """A form that is posted: what a browser would send of it, and which of it is typed."""

    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)

    def hold(self, name: str, value: str) -> None:
        """Send one more value."""
        self.sent.setdefault(name, []).append(value)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageForm] = []
        self._form: PageForm | None = None
        self._select: tuple[str, list[str]] = ("", [])
        self._area: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action", "")) if given.get("method") == "post" else None
        elif self._form is None:
            return
        elif tag == "input":
            self._take(given)
        elif tag == "button" and "name" in given and given["name"] not in self._form.sent:
            self._form.hold(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select = given.get("name", ""), []
        elif tag == "option":
            place = 0 if "selected" in given else len(self._select[1])
            self._select[1].insert(place, given.get("value", ""))
        elif tag == "textarea":
            self._form.typed.add(given["name"])
            self._form.hold(given["name"], "")
            self._area = self._form.sent[given["name"]]

    def _take(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", ""), given.get("name", "")
        assert self._form is not None
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if name and kind not in ("file", "submit"):
            self._form.hold(name, given.get("value", ""))
        if name and kind in TYPED:
            self._form.typed.add(name)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.found.append(self._form)
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._form is not None and self._select[1]:
            self._form.hold(self._select[0], self._select[1][0])


def forms_on(page: str) -> list[PageForm]:
    """The forms of a page that are posted, in their order."""
    reader = _Forms()
    reader.feed(page)
    return reader.found
