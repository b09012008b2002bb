"""The 17 regions and 3 cities of Kazakhstan since June 2022 and the ways people write them (law §4.1).

The rule: only a name of the region itself is read, never its towns or districts, and nothing is guessed.
«Алматы» alone is the city, as in the list of names; with «область», «облысы» or «Region» it is the region.
Regions that no longer exist (Южно-Казахстанская, Семипалатинская) became parts of several and are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.feeds.spelling import trimmed, words


@dataclass(frozen=True, slots=True)
class Region:
    """A region or a city of that rank. ``code`` is the KATO prefix, the same number as in ISO 3166-2.

    ``adjectives`` are Russian roots («акмолинск»), ``spellings`` further names, both without «область».
    """

    code: str
    kk: str
    ru: str
    en: str
    is_city: bool = False
    short: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()

    @property
    def iso(self) -> str:
        """The ISO 3166-2 code."""
        return f"KZ-{self.code}"


REGIONS: tuple[Region, ...] = (
    Region("10", "Абай облысы", "область Абай", "Abai Region", spellings=("Abay",)),
    Region(
        "11",
        "Ақмола облысы",
        "Акмолинская область",
        "Akmola Region",
        adjectives=("акмолинск",),
        spellings=("Акмола", "Aqmola"),
    ),
    Region(
        "15",
        "Ақтөбе облысы",
        "Актюбинская область",
        "Aktobe Region",
        adjectives=("актюбинск",),
        spellings=("Актобе", "Aqtobe", "Aqtöbe", "Aktyubinsk", "Aktyubinskaya"),
    ),
    Region(
        "19",
        "Алматы облысы",
        "Алматинская область",
        "Almaty Region",
        adjectives=("алматинск", "алма атинск"),
        spellings=("Almatinskaya",),
    ),
    Region(
        "23",
        "Атырау облысы",
        "Атырауская область",
        "Atyrau Region",
        adjectives=("атырауск",),
        spellings=("Atyraū", "Atyrauskaya"),
    ),
    Region(
        "27",
        "Батыс Қазақстан облысы",
        "Западно-Казахстанская область",
        "West Kazakhstan Region",
        short=("ЗКО", "БҚО"),
        adjectives=("западно казахстанск",),
        spellings=("Batys Qazaqstan", "Западный Казахстан"),
    ),
    Region(
        "31",
        "Жамбыл облысы",
        "Жамбылская область",
        "Zhambyl Region",
        adjectives=("жамбылск", "джамбульск"),
        spellings=("Jambyl", "Zhambylskaya"),
    ),
    Region(
        "33",
        "Жетісу облысы",
        "область Жетісу",
        "Zhetysu Region",
        adjectives=("жетысуск",),
        spellings=("Жетысу", "Жетису", "Jetisu", "Jetysu", "Zhetisu", "Zhetisū"),
    ),
    Region(
        "35",
        "Қарағанды облысы",
        "Карагандинская область",
        "Karaganda Region",
        adjectives=("карагандинск",),
        spellings=("Караганда", "Караганды", "Karagandy", "Qaraghandy", "Qaragandy"),
    ),
    Region(
        "39",
        "Қостанай облысы",
        "Костанайская область",
        "Kostanay Region",
        adjectives=("костанайск", "кустанайск"),
        spellings=("Костанай", "Kostanai", "Qostanay", "Qostanai"),
    ),
    Region(
        "43",
        "Қызылорда облысы",
        "Кызылординская область",
        "Kyzylorda Region",
        adjectives=("кызылординск", "кзыл ординск"),
        spellings=("Кызылорда", "Qyzylorda", "Kyzyl-Orda"),
    ),
    Region(
        "47",
        "Маңғыстау облысы",
        "Мангистауская область",
        "Mangystau Region",
        adjectives=("мангистауск", "мангыстауск"),
        spellings=("Мангистау", "Мангыстау", "Mangghystau", "Mangghystaū", "Mangistau"),
    ),
    Region(
        "55",
        "Павлодар облысы",
        "Павлодарская область",
        "Pavlodar Region",
        adjectives=("павлодарск",),
        spellings=("Pavlodarskaya",),
    ),
    Region(
        "59",
        "Солтүстік Қазақстан облысы",
        "Северо-Казахстанская область",
        "North Kazakhstan Region",
        short=("СКО", "СҚО"),
        adjectives=("северо казахстанск",),
        spellings=("Soltustik Qazaqstan", "Soltüstik Qazaqstan", "Северный Казахстан"),
    ),
    Region(
        "61",
        "Түркістан облысы",
        "Туркестанская область",
        "Turkistan Region",
        adjectives=("туркестанск", "туркистанск"),
        spellings=("Туркестан", "Turkestan", "Türkistan"),
    ),
    Region(
        "62",
        "Ұлытау облысы",
        "область Ұлытау",
        "Ulytau Region",
        adjectives=("улытауск",),
        spellings=("Улытау", "Ulytaū", "Ulıtau"),
    ),
    Region(
        "63",
        "Шығыс Қазақстан облысы",
        "Восточно-Казахстанская область",
        "East Kazakhstan Region",
        short=("ВКО", "ШҚО"),
        adjectives=("восточно казахстанск",),
        spellings=("Shyghys Qazaqstan", "Shygys Qazaqstan", "Восточный Казахстан"),
    ),
    Region(
        "71",
        "Астана қаласы",
        "г. Астана",
        "Astana",
        is_city=True,
        spellings=("Астаны", "Астане", "Астану", "Нур-Султан", "Нұр-Сұлтан", "Nur-Sultan", "Nursultan"),
    ),
    Region("75", "Алматы қаласы", "г. Алматы", "Almaty", is_city=True, spellings=("Алма-Ата", "Alma-Ata")),
    Region(
        "79",
        "Шымкент қаласы",
        "г. Шымкент",
        "Shymkent",
        is_city=True,
        spellings=("Шымкента", "Шымкенту", "Шымкенте", "Чимкент", "Shimkent"),
    ),
)

_CODES = frozenset(region.code for region in REGIONS)
_NUMERIC = re.compile(r"(?:KZ[\s-]?)?(\d{2})|(\d{2})\d{7}", re.IGNORECASE)
_ENDINGS = ("ая", "ой", "ую", "ий", "ого", "ому", "им", "ом")
_REGION_WORD = re.compile(r"област[ьи]ю?|обл|областн\w+|облыс(?!тық)\w*|region|obl|oblast|oblysy")
_CITY_WORD = re.compile(r"г|гор|город[ауе]?|қ|қала(?!лық)\w*|city|qalasy")


def _is_region_word(word: str) -> bool:
    return _REGION_WORD.fullmatch(word) is not None


def _is_city_word(word: str) -> bool:
    return _CITY_WORD.fullmatch(word) is not None


def _bare(text: str) -> str:
    return " ".join(word for word in words(text) if not _is_region_word(word) and not _is_city_word(word))


def _names(region: Region) -> set[str]:
    nouns = {_bare(name) for name in (region.kk, region.ru, region.en, *region.spellings)}
    return nouns | {root + ending for root in region.adjectives for ending in _ENDINGS}


_REGION_NAMES = {name: region.code for region in REGIONS if not region.is_city for name in _names(region)}
_CITY_NAMES = {name: region.code for region in REGIONS if region.is_city for name in _names(region)}
_BRANCH = re.compile(r"филиал\w*")
_BRANCHES = {
    root + ending: region.code
    for region in REGIONS
    if region.code not in ("19", "31")  # also of the city of Almaty, also of districts named Zhambyl
    for root in region.adjectives
    for ending in _ENDINGS
}
_SHORT = {short: region.code for region in REGIONS for short in region.short}
_SHORT_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(_SHORT)})(?!\w)")
_AFTER_REGION_WORD = frozenset(
    _bare(name)
    for region in REGIONS
    if region.ru.startswith("область ")
    for name in (region.kk, region.ru, region.en, *region.spellings)
)


_CITY_ADMINISTRATION = re.compile(r"\bг\.\s?а\.", re.IGNORECASE)


def find_region(text: str) -> str | None:
    """The two-digit code that a region cell states; None where it states none of the twenty."""
    plain = _CITY_ADMINISTRATION.sub("г.", trimmed(text))
    coded = _NUMERIC.fullmatch(plain)
    if coded is not None:
        code = coded.group(1) or coded.group(2)
        return code if code in _CODES else None
    if plain.upper() in _SHORT:
        return _SHORT[plain.upper()]
    found = words(plain)
    in_region, in_city = any(map(_is_region_word, found)), any(map(_is_city_word, found))
    name = _bare(plain)
    if in_region or in_city:
        return None if in_region and in_city else (_CITY_NAMES if in_city else _REGION_NAMES).get(name)
    return _CITY_NAMES.get(name) or _REGION_NAMES.get(name)


def regions_in_name(text: str) -> frozenset[str]:
    """Codes of the regions that the free name of a body states outright; empty where it states none.

    «Средняя школа имени Абая» states none; «по городу Шымкенту и Туркестанской области» states two.
    """
    found = words(text)
    codes: set[str | None] = {_SHORT[short] for short in _SHORT_WORD.findall(text)}
    for place, word in enumerate(found):
        if _BRANCH.fullmatch(word):
            codes.add(_BRANCHES.get(found[place - 1]) if place else None)
        elif _is_region_word(word):
            codes.add(_beside_region_word(found, place))
        elif _is_city_word(word):
            codes.add(_beside_city_word(found, place))
    return frozenset(code for code in codes if code is not None)


def _beside_region_word(found: tuple[str, ...], place: int) -> str | None:
    """The region named before «область», by two words or one, or after it («область Абай»)."""
    for length in (2, 1):
        code = _REGION_NAMES.get(" ".join(found[max(0, place - length) : place]))
        if code is not None:
            return code
    following = " ".join(found[place + 1 : place + 2])
    return _REGION_NAMES[following] if following in _AFTER_REGION_WORD else None


def _beside_city_word(found: tuple[str, ...], place: int) -> str | None:
    """The city named after «город», or before «қаласы» and «city»."""
    after = _CITY_NAMES.get(" ".join(found[place + 1 : place + 2]))
    before = _CITY_NAMES.get(" ".join(found[max(0, place - 1) : place]))
    return before if found[place].startswith(("қ", "c", "q")) else after
