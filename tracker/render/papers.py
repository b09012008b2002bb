"""Composes a paper from its facts: rows of Kazakh beside Russian, in which every fact is marked as one.

The texts lie in ``templates/documents`` as data: sentences with named places. Nothing in them is executed,
and what fills a place is never read as a text with places (FIL-3). A blank place is an error.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import urlencode

from tracker.domain.drafts import Draft, DraftKind, Held, Place, Twin, checksum, missing
from tracker.domain.vocabulary import ConditionStatus, Language, RouteId
from tracker.paths import bundled
from tracker.render.environment import Voice, Voices
from tracker.render.formats import NO_BREAK
from tracker.render.numerals import numerals

LANGUAGES = (Language.KK, Language.RU)
"""The languages of papers, in the order of their columns."""

GLUE = frozenset({NO_BREAK, "\u202f"})
"""Spaces at which no line breaks, as amounts have them."""

CHECK_PATH = "/documents/check"
"""Where a checksum is compared with the record."""


class RowKind(StrEnum):
    """How a row is laid out."""

    TEXT = "text"
    ITEM = "item"
    NOTE = "note"
    SIGN = "sign"


class PaperBlank(ValueError):
    """A paper lacks facts; its codes are those of :func:`tracker.domain.drafts.missing`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence: our words, or a fact of the record."""

    text: str
    is_fact: bool


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The same said in both languages."""

    kind: RowKind
    kk: Pieces
    ru: Pieces


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper ready to be written. ``mark`` and ``foot`` stand on each page, ``line`` under signatures.

    ``check`` is the address at which it is compared with the record.
    """

    decision: str
    title: Twin
    heading: tuple[Pieces, Pieces]
    rows: tuple[Row, ...]
    mark: Twin
    foot: Twin
    line: Twin
    check: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """What may fill places in one language: single values, and lists of further values for repeated rows."""

    single: Mapping[str, str]
    lists: Mapping[str, tuple[Mapping[str, str], ...]]

    def has(self, name: str) -> bool:
        """Whether a row that needs this fact is written."""
        return bool(self.single.get(name) or self.lists.get(name))


def compose(draft: Draft, voices: Voices, *, home: str) -> Paper:
    """The paper of a draft; ``home`` is the address of this service. Raises :class:`PaperBlank`."""
    if lacking := missing(draft):
        raise PaperBlank(*lacking)
    said, common = _texts(draft.kind), _texts("common")
    facts = {language: _facts(draft, voices[language], home) for language in LANGUAGES}
    heading = tuple(_filled(said["title"][language], facts[language].single) for language in LANGUAGES)
    rows = (row for template in said["row"] for row in _rows(template, facts))
    return Paper(
        decision=clean(draft.decision),
        title=Twin(*("".join(piece.text for piece in pieces) for pieces in heading)),
        heading=(heading[0], heading[1]),
        rows=tuple(rows),
        mark=_twin(common["mark"]),
        foot=Twin(*(_plain(common["foot"][language], facts[language].single) for language in LANGUAGES)),
        line=_twin(common["piece"]["line"]),
        check=f"{home}{CHECK_PATH}?{urlencode({'number': draft.decision, 'code': checksum(draft)})}",
    )


@cache
def _texts(name: DraftKind | str) -> Mapping[str, Any]:
    return tomllib.loads((bundled("templates") / "documents" / f"{name}.toml").read_text(encoding="utf-8"))


def _rows(template: Mapping[str, Any], facts: Mapping[Language, _Facts]) -> Iterator[Row]:
    """The rows that one row of a template becomes: none, one, or one for each of a list."""
    needed = template.get("when")
    if needed and not facts[Language.KK].has(needed):
        return
    kind = RowKind(template.get("kind", RowKind.TEXT))
    kazakh, russian = (_each(template, facts[language]) for language in LANGUAGES)
    for kk, ru in zip(kazakh, russian, strict=True):
        yield Row(kind, _filled(template[Language.KK], kk), _filled(template[Language.RU], ru))


def _each(template: Mapping[str, Any], facts: _Facts) -> list[Mapping[str, str]]:
    if "each" not in template:
        return [facts.single]
    return [{**facts.single, **one} for one in facts.lists[template["each"]]]


def _filled(text: str, values: Mapping[str, str]) -> Pieces:
    """The text with its places filled, facts apart from words; raises :class:`PaperBlank`."""
    found: list[Piece] = []
    for words, name, _, _ in string.Formatter().parse(text):
        if found and found[-1].text.endswith("."):  # as a day does in Russian: one full stop is enough
            words = words.removeprefix(".")
        if words:
            found.append(Piece(words.replace("№ ", f"№{NO_BREAK}"), is_fact=False))
        if name is not None:
            if not values.get(name):
                raise PaperBlank(name)
            found.append(Piece(values[name], is_fact=True))
    return tuple(found)


def _plain(text: str, values: Mapping[str, str]) -> str:
    return "".join(piece.text for piece in _filled(text, values))


def _twin(said: Mapping[str, str]) -> Twin:
    return Twin(said[Language.KK], said[Language.RU])


def clean(text: str) -> str:
    """A text on one line without signs that cannot be printed or that a file could not hold."""
    kept = "".join(sign if sign.isprintable() or sign in GLUE else " " for sign in text)
    return re.sub(" +", " ", kept).strip()


def _facts(draft: Draft, voice: Voice, home: str) -> _Facts:
    language = voice.words.language
    lists = {
        "places": tuple(_place(place, voice) for place in draft.places),
        "conditions": tuple(
            {"condition": voice.words.say(f"condition.{held.condition}"), "status": _held(held, voice)}
            for held in draft.conditions
        ),
        "duties": tuple(
            {
                "duty": own(duty.title, language),
                "term": _term(duty.working_days, duty.counted_from, voice),
            }
            for duty in draft.duties
        ),
    }
    values = {**_parties(draft, language), **_terms(draft, voice), **_sums(draft, voice)}
    values["bridged_cap"] = values["cap"] if values["bridged"] or values["failed"] else None
    values |= {"code": checksum(draft), "address": f"{home}{CHECK_PATH}", "decision": draft.decision}
    cleaned = {name: clean(value) for name, value in values.items() if value}
    return _Facts(cleaned, {name: tuple(map(_cleaned, items)) for name, items in lists.items()})


def _cleaned(item: Mapping[str, str]) -> Mapping[str, str]:
    return {name: clean(value) for name, value in item.items()}


def own(twin: Twin | None, language: Language) -> str:
    """A text in its Kazakh or Russian form; nothing where there is none."""
    if twin is None:
        return ""
    return twin.kk if language is Language.KK else twin.ru


def _is_signed(draft: Draft) -> bool:
    return bool(clean(draft.signed_number or ""))


def _parties(draft: Draft, language: Language) -> dict[str, str | None]:
    return {
        "buyer": own(draft.buyer, language),
        "buyer_bin": draft.buyer_bin,
        "supplier": draft.supplier,
        "supplier_bin": draft.supplier_bin,
        "contract": draft.contract_number,
        "tender": draft.tender_number,
        **_bridged(draft),
        "reason": draft.reason,
        "unreasoned": None if clean(draft.reason or "") else "unreasoned",
        "head": draft.head,
        "signed_number": draft.signed_number,
        "unsigned": None if _is_signed(draft) else "unsigned",
        "addressee": draft.addressee,
        "reply_to": draft.reply_to,
        "contact": draft.contact,
        "choice": own(draft.choice, language),
        "price": own(draft.price, language),
        "route": own(draft.route_title, language),
        "ground": own(draft.ground, language),
        "assumed": own(draft.assumed, language),
        "caution": own(draft.caution, language),
    }


def _bridged(draft: Draft) -> dict[str, str | None]:
    """The purchase that the days bridge to by its number, or by that of the one which it repeats."""
    number = None if draft.route is RouteId.AFTER_FAILURE else draft.tender_number
    return {"bridged": None, "failed": number} if draft.is_repeated else {"bridged": number, "failed": None}


def _terms(draft: Draft, voice: Voice) -> dict[str, str | None]:
    formats = voice.formats
    by_event = {duty.counted_from: duty for duty in draft.duties}
    report, consent = by_event.get("signed"), by_event.get("invited")
    return {
        "service": voice.words.say(f"service.{draft.service}").lower(),
        "start_since": _glued(formats.since(draft.start_on)) if draft.start_on else None,
        "end_until": _glued(formats.until(draft.end_on)) if draft.end_on else None,
        "cap": formats.count("unit.months", draft.cap_months) if draft.cap_months else None,
        "contract_signed": _long(draft.contract_signed_on, voice),
        "signed": _long(draft.signed_on, voice) if _is_signed(draft) else None,
        "reply_until": _glued(formats.until(draft.reply_by)) if draft.reply_by else None,
        "reply": formats.count("days.working", draft.reply_days) if draft.reply_days else None,
        "consent": _term(consent.working_days, consent.counted_from, voice) if consent else None,
        "report_term": _term(report.working_days, report.counted_from, voice) if report else None,
    }


def _held(held: Held, voice: Voice) -> str:
    """Whether a condition is met; of what a person confirmed, who did, on which day and by which paper."""
    pieces, language = _texts("common")["piece"], voice.words.language
    who = clean(held.by or "")
    if held.status is ConditionStatus.TO_CONFIRM:
        return str(pieces["to_confirm"][language])
    if not who or held.at is None:
        return voice.words.say(f"condition_status.{held.status}").lower()
    day = voice.formats.short(held.at.astimezone(voice.formats.zone).date())
    said = _plain(pieces["confirmed"][language], {"who": who, "day": day})
    paper = clean(held.paper)
    return said + (_plain(pieces["evidence"][language], {"paper": paper}) if paper else "")


def _sums(draft: Draft, voice: Voice) -> dict[str, str | None]:
    if draft.amount is None:
        return {}
    return {
        "amount": voice.formats.money(draft.amount, draft.currency),
        "amount_words": numerals(voice.words.language).sum(draft.amount, draft.currency),
    }


def _long(day: date | None, voice: Voice) -> str | None:
    return _glued(voice.formats.long(day)) if day else None


def _glued(day: str) -> str:
    """A day whose year stays on one line with what it is called."""
    return re.sub(r" (?=[жг]\.)", NO_BREAK, day)


def _term(working_days: int, counted_from: str, voice: Voice) -> str:
    days = voice.formats.count("days.working", working_days)
    given = {"days": days, "after": voice.words.say(f"duty_start.{counted_from}")}
    return _plain(_texts("common")["piece"]["term"][voice.words.language], given)


def _place(place: Place, voice: Voice) -> dict[str, str]:
    """A school with its address and BIN, and its last contract."""
    language, pieces = voice.words.language, _texts("common")["piece"]
    number = _plain(pieces["bin"][language], {"bin": place.bin}) if place.bin else ""
    known = [own(place.name, language), place.address or "", number]
    given = {"contract": clean(place.contract_number or ""), "ends": _long(place.ends_on, voice) or ""}
    return {
        "place": ", ".join(each for each in known if each),
        "present": _plain(pieces[_present(place, given["contract"])][language], given),
    }


def _present(place: Place, contract: str) -> str:
    """The sentence about the last contract."""
    if not contract:
        return "present_none"
    if place.is_terminated:
        return "present_terminated"
    return "present" if place.ends_on else "present_open"
