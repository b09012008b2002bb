"""The columns of register files: English names and titles in three languages (interfaces §4).

A header is recognised by name or by any title, whatever its case, spaces, underscores, dashes and quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.register import RegisterKind
from tracker.feeds import words
from tracker.feeds.dates import read_day, read_last_day
from tracker.feeds.spelling import folded
from tracker.feeds.values import (
    Reader,
    read_bin,
    read_count,
    read_currency,
    read_email,
    read_identifier,
    read_money,
    read_name,
    read_note,
    read_region,
    read_school,
    read_schools,
)

DASHES = frozenset({"-", "–", "—", "−"})
NOTHING = DASHES | {"нет", "жоқ"}
"""How people write that there is none; where a word may be data, only dashes say so."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its titles in Kazakh, Russian and English, and how its cells are read.

    ``blanks`` are texts that mean "not stated"; a word of a closed list has none: only an empty cell
    takes the default.
    """

    name: str
    kk: str
    ru: str
    en: str
    reader: Reader
    required: bool = False
    blanks: frozenset[str] = NOTHING

    @property
    def titles(self) -> tuple[str, str, str]:
        """Kazakh, Russian, English."""
        return (self.kk, self.ru, self.en)


def _column(line: str, reader: Reader, *, blanks: frozenset[str] = NOTHING) -> Column:
    """A column from ``name | kk | ru | en``; a star after the name marks it required."""
    name, kk, ru, en = (part.strip() for part in line.split("|"))
    return Column(name.rstrip("*"), kk, ru, en, reader, required=name.endswith("*"), blanks=blanks)


def _text(line: str, reader: Reader = read_name) -> Column:
    return _column(line, reader, blanks=DASHES)


def _word(line: str, reader: Reader) -> Column:
    return _column(line, reader, blanks=frozenset())


_SERVICE = _word("service | Қызмет | Услуга | Service", words.one_of(words.SERVICES))
_METHOD = _word(
    "method | Сатып алу тәсілі | Способ закупки | Procurement method", words.one_of(words.METHODS)
)
_AMOUNT = _column("amount | Сомасы | Сумма | Amount", read_money)
_SCHOOLS = _column("school_id* | Мектеп коды | Код школы | School ID", read_schools)

COLUMNS: Mapping[RegisterKind, tuple[Column, ...]] = {
    RegisterKind.SCHOOLS: (
        _column("school_id* | Мектеп коды | Код школы | School ID", read_school),
        _text("name* | Атауы | Наименование | Name"),
        _column("bin | БСН | БИН | BIN", read_bin),
        _text("name_kk | Атауы қазақша | Наименование на казахском | Name in Kazakh"),
        _text("name_ru | Атауы орысша | Наименование на русском | Name in Russian"),
        _column("region | Облыс | Область | Region", read_region),
        _text("district | Аудан | Район | District"),
        _text("address | Мекенжайы | Адрес | Address"),
        _word("services | Қызметтер | Услуги | Services", words.several_of(words.SERVICES)),
        _column("needed_from | Қажет болған күні | Нужен с | Needed from", read_day),
        _column("needed_until | Қажет соңғы күн | Нужен по | Needed until", read_day),
        _column("closed_on | Жабылған күні | Дата закрытия | Closed on", read_day),
        _column("cameras | Камералар саны | Количество камер | Cameras", read_count),
        _column("integrated_on | ЖБО-ға қосылған күні | Дата интеграции с ЦОУ | Integrated on", read_day),
        _column(
            "officer_email | Жауапты тұлғаның поштасы | Почта ответственного | Officer e-mail", read_email
        ),
        _column("confirmed_on | Расталған күні | Дата подтверждения | Confirmed on", read_day),
    ),
    RegisterKind.CONTRACTS: (
        _column("contract_number* | Шарт нөмірі | Номер договора | Contract number", read_identifier),
        _SCHOOLS,
        _column("start_on* | Басталу күні | Дата начала | Start date", read_day),
        _column("end_on | Аяқталу күні | Дата окончания | End date", read_last_day),
        _column("terminated_on | Бұзылған күні | Дата расторжения | Terminated on", read_day),
        _column("signed_on | Қол қойылған күні | Дата подписания | Signed on", read_day),
        _SERVICE,
        _word("kind | Шарт түрі | Вид договора | Contract kind", words.one_of(words.CONTRACT_KINDS)),
        _word("status | Шарт күйі | Статус договора | Status", words.one_of(words.CONTRACT_STATUSES)),
        _column("supplier_bin | Өнім берушінің БСН | БИН поставщика | Supplier BIN", read_bin),
        _text("supplier_name | Өнім беруші | Поставщик | Supplier"),
        _column("buyer_bin | Тапсырыс берушінің БСН | БИН заказчика | Buyer BIN", read_bin),
        _METHOD,
        _AMOUNT,
        _word("currency | Валюта | Валюта | Currency", read_currency),
        _column("tender_number | Сатып алу нөмірі | Номер закупки | Tender number", read_identifier),
        _column(
            "extends_contract_number | Ұзартылатын шарт нөмірі | Номер продлеваемого договора"
            " | Extended contract number",
            read_identifier,
        ),
    ),
    RegisterKind.TENDERS: (
        _column("tender_number* | Сатып алу нөмірі | Номер закупки | Tender number", read_identifier),
        _SCHOOLS,
        _word("status* | Сатып алу күйі | Статус закупки | Status", words.one_of(words.TENDER_STATUSES)),
        _SERVICE,
        _text("title | Тақырыбы | Предмет закупки | Title"),
        _METHOD,
        _column("planned_on | Жоспарланған күні | Плановая дата объявления | Planned on", read_day),
        _column("published_on | Жарияланған күні | Дата публикации | Published on", read_day),
        _column(
            "bids_close_on | Өтінім қабылдаудың соңғы күні | Окончание приема заявок | Bids close on",
            read_day,
        ),
        _column("results_on | Қорытынды күні | Дата итогов | Results on", read_day),
        _column("ended_on | Аяқталған күні | Дата завершения | Ended on", read_day),
        _word("stage | Кезең | Этап | Stage", words.one_of(words.STAGES)),
        _column("stage_entered_on | Кезең басталған күн | Дата начала этапа | Stage entered on", read_day),
        _column(
            "repeats_tender_number | Қайталанатын сатып алу нөмірі | Номер повторяемой закупки"
            " | Repeated tender number",
            read_identifier,
        ),
        _column("wanted_from | Қай күннен керек | Требуется с | Wanted from", read_day),
        _AMOUNT,
        _column("organiser_bin | Ұйымдастырушының БСН | БИН организатора | Organiser BIN", read_bin),
    ),
    RegisterKind.TENDER_EVENTS: (
        _column("tender_number* | Сатып алу нөмірі | Номер закупки | Tender number", read_identifier),
        _word("event* | Оқиға | Событие | Event", words.one_of(words.EVENTS)),
        _column("on* | Күні | Дата | Date", read_day),
        _text("note | Ескерту | Примечание | Note", read_note),
    ),
}
"""Every column of every kind, in the order in which files are best laid out."""


def titles_of(kind: RegisterKind) -> dict[str, Column]:
    """The columns of ``kind`` by each way of writing their header, as compared."""
    return {
        folded(title.replace("_", " ")): column
        for column in COLUMNS[kind]
        for title in (column.name, *column.titles)
    }
