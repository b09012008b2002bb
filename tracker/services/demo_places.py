"""Where the invented schools stand: real regions and districts, and what was published of them.

The figures of 7 March 2023 are those of the minister's statement; everything between them is invented so that
the sums hold. A register names a district once, in the words of whoever keeps it: here in Kazakh, but for the
city of the statement, which stands as it was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STATEMENT_ON = date(2023, 3, 7)
"""The day whose board shows the published figures."""

LATE_CITY = "Петропавловск"
LATE_CITY_SCHOOLS = 42
LATE_CITY_SIGNED_IN_FEBRUARY = 15


@dataclass(frozen=True, slots=True)
class Region:
    """A region: schools in all, integrated with the ЦОУ and still in procurement on 7 March 2023."""

    prefix: str
    schools: int
    integrated: int
    cities: tuple[str, ...]
    districts: tuple[str, ...]
    in_procurement: int = 0

    @property
    def areas(self) -> tuple[str, ...]:
        """Cities first, then districts, by their full names."""
        return (*self.cities, *(f"{district} ауданы" for district in self.districts))


def _region(
    prefix: str, schools: int, integrated: int, cities: str, districts: str, in_procurement: int = 0
) -> Region:
    listed = tuple(districts.split(", "))
    return Region(
        prefix, schools, integrated, tuple(cities.split(", ")) if cities else (), listed, in_procurement
    )


REGIONS: tuple[Region, ...] = (
    _region(
        "10",
        301,
        214,
        "Семей, Курчатов",
        "Абай, Аягөз, Бесқарағай, Бородулиха, Жарма, Көкпекті, Үржар",
        19,
    ),
    _region(
        "11",
        480,
        333,
        "Көкшетау, Степногорск",
        "Аққөл, Аршалы, Астрахан, Атбасар, Бұланды, Бурабай, Ерейментау, Есіл, Жарқайың, Зеренді, "
        "Сандықтау, Целиноград, Шортанды",
    ),
    _region(
        "15",
        404,
        169,
        "Ақтөбе",
        "Әйтеке би, Алға, Байғанин, Ырғыз, Қарғалы, Қобда, Мәртөк, Мұғалжар, Темір, Хромтау, Шалқар",
        107,
    ),
    _region(
        "19",
        425,
        152,
        "Қонаев",
        "Балқаш, Еңбекшіқазақ, Жамбыл, Іле, Қарасай, Кеген, Райымбек, Талғар, Ұйғыр",
    ),
    _region(
        "23",
        196,
        141,
        "Атырау",
        "Жылыой, Индер, Исатай, Қызылқоға, Құрманғазы, Мақат, Махамбет",
    ),
    _region(
        "27",
        373,
        91,
        "Орал",
        "Ақжайық, Бөкей ордасы, Бөрлі, Жаңақала, Жәнібек, Бәйтерек, Казталов, Қаратөбе, Сырым, "
        "Тасқала, Теректі, Шыңғырлау",
    ),
    _region(
        "31",
        442,
        312,
        "Тараз",
        "Байзақ, Жамбыл, Жуалы, Қордай, Меркі, Мойынқұм, Сарысу, Талас, Шу",
    ),
    _region(
        "33",
        358,
        246,
        "Талдықорған, Текелі",
        "Ақсу, Алакөл, Ескелді, Қаратал, Кербұлақ, Көксу, Панфилов, Сарқан",
    ),
    _region(
        "35",
        402,
        300,
        "Қарағанды, Балқаш, Теміртау, Саран, Шахтинск",
        "Абай, Ақтоғай, Бұқар жырау, Қарқаралы, Нұра, Осакаров, Шет",
    ),
    _region(
        "39",
        410,
        285,
        "Қостанай, Рудный, Арқалық, Лисаков",
        "Әулиекөл, Денисов, Жітіқара, Қамысты, Қарабалық, Қарасу, Қостанай, Меңдіқара, Сарыкөл, "
        "Ұзынкөл, Федоров",
    ),
    _region(
        "43",
        306,
        201,
        "Қызылорда",
        "Арал, Жалағаш, Жаңақорған, Қазалы, Қармақшы, Сырдария, Шиелі",
    ),
    _region(
        "47",
        168,
        104,
        "Ақтау, Жаңаөзен",
        "Бейнеу, Қарақия, Маңғыстау, Мұнайлы, Түпқараған",
        154,
    ),
    _region(
        "55",
        348,
        259,
        "Павлодар, Екібастұз, Ақсу",
        "Аққулы, Баянауыл, Железин, Ертіс, Май, Павлодар, Тереңкөл, Успен, Шарбақты",
    ),
    _region(
        "59",
        443,
        264,
        LATE_CITY,
        "Айыртау, Ақжар, Аққайың, Есіл, Жамбыл, Қызылжар, Мамлют, Тайынша, Тимирязев, Уәлиханов",
        201,
    ),
    _region(
        "61",
        943,
        563,
        "Түркістан, Кентау, Арыс",
        "Бәйдібек, Жетісай, Қазығұрт, Келес, Мақтаарал, Ордабасы, Отырар, Сайрам, Сарыағаш, "
        "Сауран, Созақ, Төле би, Түлкібас, Шардара",
    ),
    _region(
        "62",
        78,
        52,
        "Жезқазған, Сәтбаев, Қаражал",
        "Жаңаарқа, Ұлытау",
    ),
    _region(
        "63",
        345,
        240,
        "Өскемен, Риддер",
        "Алтай, Глубокое, Зайсан, Катонқарағай, Күршім, Самар, Тарбағатай, Ұлан, Шемонаиха",
    ),
    _region(
        "71",
        118,
        109,
        "",
        "Алматы, Байқоңыр, Есіл, Нұра, Сарыарқа",
    ),
    _region(
        "75",
        226,
        206,
        "",
        "Алатау, Алмалы, Әуезов, Бостандық, Жетісу, Медеу, Наурызбай, Түрксіб",
    ),
    _region(
        "79",
        170,
        119,
        "",
        "Абай, Әл-Фараби, Еңбекші, Қаратау, Тұран",
    ),
)
