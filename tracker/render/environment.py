"""One template environment per language, with its words and formats at hand.

Templates call ``t(code, place=…)`` for words, ``n(code, number)`` for counted words, ``f`` for formats,
``say`` for composed sentences, ``why`` for what they rest on, ``deeds`` for entries of the journal,
``alarm`` for what is wrong with the service and ``govuk`` for components. A missing value or word is an
error, never an empty cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import Language
from tracker.paths import bundled
from tracker.render import alarms
from tracker.render.agents import device_of
from tracker.render.catalogs import Catalogs, Words
from tracker.render.components import components
from tracker.render.deeds import Deeds
from tracker.render.explanations import Explanations
from tracker.render.formats import Formats, school_name, together
from tracker.render.leads import lead_in_words
from tracker.render.sentences import Sentences

Environments = Mapping[Language, Environment]


@dataclass(frozen=True)
class Voice:
    """Everything that speaks one language."""

    words: Words
    formats: Formats
    sentences: Sentences
    explanations: Explanations
    deeds: Deeds

    @classmethod
    def of(cls, words: Words, zone: tzinfo) -> Voice:
        """The voice of a catalog; moments are told in ``zone``."""
        formats = Formats(words, zone)
        sentences = Sentences(words, formats)
        return cls(words, formats, sentences, Explanations(words, formats, sentences), Deeds(words, formats))

    def name_of(self, school: SchoolRow) -> str:
        """A school's name in this language where it has one."""
        shown = school_name((school.name_kk, school.name_ru, school.name), self.words.language)
        return together(shown)


Voices = Mapping[Language, Voice]


def make_voices(catalogs: Catalogs, *, zone: tzinfo) -> Voices:
    """The voices of all languages."""
    return {language: Voice.of(words, zone) for language, words in catalogs.items()}


def make_environments(voices: Voices, *, asset: Callable[[str], str]) -> Environments:
    """The environments of all languages; ``asset`` gives the address of a static file."""
    return {language: _environment(voice, asset) for language, voice in voices.items()}


def _environment(voice: Voice, asset: Callable[[str], str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(bundled("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # templates travel with the program: none changes while it runs
    )
    environment.globals.update(
        language=voice.words.language,
        t=voice.words.say,
        n=voice.formats.count,
        knows=voice.words.knows,
        f=voice.formats,
        say=voice.sentences,
        why=voice.explanations,
        deeds=voice.deeds,
        alarm=partial(alarms.said, voice.words, voice.formats),
        lead=partial(lead_in_words, voice.words, voice.formats),
        name_of=voice.name_of,
        device_of=device_of,
        govuk=components(),
        asset=asset,
    )
    return environment
