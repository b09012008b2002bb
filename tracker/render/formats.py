"""Days, moments, numbers and percentages as people of each language write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from tracker.domain.telephones import spelled
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import Words

NO_BREAK = "\u00a0"
ISO_LENGTH = len("2027-01-31")

_NUMBER_SIGN = re.compile(r"№\s*(?=\d)")


@dataclass(frozen=True)
class Formats:
    """Formats of one language; ``zone`` is where moments are shown."""

    words: Words
    zone: tzinfo

    def long(self, day: date) -> str:
        """``2027 ж. 1 қаңтар``, ``1 января 2027 г.``, ``1 January 2027``."""
        return format_date(day, "long", locale=self.words.locale).strip()

    def full(self, day: date) -> str:
        """A day with its weekday: ``2027 ж. 1 қаңтар, жұма``, ``пятница, 1 января 2027 г.``."""
        return format_date(day, "full", locale=self.words.locale).strip()

    def since(self, day: date) -> str:
        """A day as the start of something: ``2027 ж. 1 қаңтардан``, ``1 января 2027 г.``."""
        return self._cased(day, "since")

    def until(self, day: date) -> str:
        """A day as the last of something: ``2027 ж. 28 ақпанға``, ``28 февраля 2027 г.``."""
        return self._cased(day, "until")

    def short(self, day: date) -> str:
        """``01.01.2027`` in every language."""
        return f"{day:%d.%m.%Y}"

    def readable(self, value: str) -> str:
        """A stated value as people write it: of days and moments in ISO, moments in the legal zone."""
        try:
            if len(value) == ISO_LENGTH:
                return self.short(date.fromisoformat(value))
            moment = datetime.fromisoformat(value) if value[ISO_LENGTH : ISO_LENGTH + 1] == "T" else None
        except ValueError:
            return value
        return self.moment(moment) if moment is not None and moment.tzinfo else value

    def places(self, details: Mapping[str, object]) -> dict[str, object]:
        """Details as they fill the places of a sentence: shares with the language's decimal sign."""
        return {
            name: self.number(value) if isinstance(value, Decimal) else value
            for name, value in details.items()
        }

    def is_day(self, value: object) -> bool:
        """Whether a field for days holds it: what was typed and is none must stay to be seen."""
        if isinstance(value, date):
            return True
        try:
            return len(str(value)) == len("2027-01-31") and bool(date.fromisoformat(str(value)))
        except ValueError:
            return False

    def month(self, day: date) -> str:
        """The month alone, for the ticks of a chart: ``қаң.``, ``янв.``, ``Jan``."""
        return format_date(day, "LLL", locale=self.words.locale).strip()

    def moment(self, moment: datetime) -> str:
        """A moment in the legal zone, to the minute."""
        return f"{moment.astimezone(self.zone):%d.%m.%Y %H:%M}"

    def number(self, value: int | Decimal) -> str:
        """A number with its thousands apart."""
        return format_decimal(value, locale=self.words.locale)

    def count(self, code: str, number: int, **places: object) -> str:
        """A counted sentence whose number has its thousands apart."""
        return self.words.count(code, number, n=self.number(number), **places)

    def money(self, value: Decimal, currency: str) -> str:
        """An amount with two places and its currency."""
        amount = format_decimal(value, format="#,##0.00", locale=self.words.locale)
        return f"{amount}{NO_BREAK}{'₸' if currency == 'KZT' else currency}"

    def telephone(self, number: str) -> str:
        """A telephone number as people read it out, on one line."""
        return self.spelled(number).replace(" ", NO_BREAK)

    def spelled(self, number: str) -> str:
        """A telephone number as people write it into a field."""
        return spelled(number, self.words.say("telephone.inner"))

    def percent(self, part: int, whole: int) -> str:
        """A share with one decimal, halves away from zero; a dash of nothing."""
        if not whole:
            return "–"
        share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return format_decimal(share, format="0.0", locale=self.words.locale) + f"{NO_BREAK}%"

    def _cased(self, day: date, case: str) -> str:
        month = self.words.say(f"month.{day.month}.{case}")
        return self.words.say("day.long", day=day.day, month=month, year=day.year)


def together(name: str) -> str:
    """A name in which no line breaks between № and its number."""
    return _NUMBER_SIGN.sub(f"№{NO_BREAK}", name)


def school_name(names: tuple[str | None, str | None, str], language: Language) -> str:
    """A school's name in the reader's language where it has one; ``names`` are Kazakh, Russian, given."""
    kazakh, russian, given = names
    chosen = {Language.KK: kazakh, Language.RU: russian, Language.EN: None}[language]
    return chosen or given
