"""Every sentence a person reads, by code and language, read from ``.po`` files once in a process.

A code without words is an error, never an empty place on a page.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tracker.domain.vocabulary import Language

FOLDER = Path(__file__).resolve().parent / "locales"

LOCALES: Mapping[Language, Locale] = {
    Language.KK: Locale("kk", "KZ"),
    Language.RU: Locale("ru", "KZ"),
    Language.EN: Locale("en", "GB"),
}
"""Whose dates and numbers each language follows."""


class WordsMissing(KeyError):
    """A code has no words in a language."""


@dataclass(frozen=True)
class Words:
    """The words of one language. Places in a sentence are named: ``{days}``."""

    language: Language
    locale: Locale
    _forms: Mapping[str, tuple[str, ...]]
    _plural: Callable[[int], int]

    def say(self, code: str, **places: object) -> str:
        """The sentence of ``code`` with its places filled; raises :class:`WordsMissing`."""
        return _filled(self._form(code, 0), places)

    def count(self, code: str, number: int, **places: object) -> str:
        """The sentence of ``code`` in the form that ``number`` asks for; ``{n}`` is the number itself."""
        return _filled(self._form(code, self._plural(number)), {"n": number, **places})

    def knows(self, code: str) -> bool:
        """Whether ``code`` has words."""
        return code in self._forms

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that has words."""
        return tuple(self._forms)

    def forms(self, code: str) -> tuple[str, ...]:
        """The sentence of ``code`` in each of its forms, with its places open."""
        return self._forms[code]

    def _form(self, code: str, form: int) -> str:
        try:
            return self._forms[code][form]
        except (KeyError, IndexError):
            raise WordsMissing(f"{self.language}: {code}") from None


def _filled(form: str, places: Mapping[str, object]) -> str:
    """The sentence with its places filled; where it ends with a year («2027 г.») it has one full stop."""
    return form.format(**places).replace("\N{CYRILLIC SMALL LETTER GHE}..", "\N{CYRILLIC SMALL LETTER GHE}.")


Catalogs = Mapping[Language, Words]


def load_catalogs() -> Catalogs:
    """The words of every language."""
    return {language: load_words(language) for language in Language}


@cache
def load_words(language: Language, family: str = "*") -> Words:
    """The words of one language, or of a family like ``help.`` alone; files are read once in a process."""
    return _words(language, read_catalog(language, family))


def read_catalog(language: Language, family: str = "*") -> Catalog:
    """All words of one language: those of pages (``ru.po``) and of the console (``console.ru.po``)."""
    merged = Catalog(locale=language)
    for path in sorted(FOLDER.glob(f"{family}{language}.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
        for message in catalog:
            if message.id:
                merged[message.id] = message
    return merged


def _words(language: Language, catalog: Catalog) -> Words:
    forms: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if not message.id:
            continue
        code = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        text = message.string
        forms[code] = (text,) if isinstance(text, str) else tuple(text or ())
    return Words(language, LOCALES[language], forms, gettext.c2py(catalog.plural_expr))
