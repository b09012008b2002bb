"""The words by which people and the portal call what our closed lists hold (law §3.4, §5).

English codes are always read. A word that stands in no list is refused: an unknown status never counts
as active.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.feeds.cells import CellRefused, Reading, plain_text
from tracker.feeds.spelling import folded
from tracker.feeds.tables import Cell
from tracker.feeds.values import Reader

Member = TypeVar("Member", bound=StrEnum)

SERVICES: dict[Service, str] = {
    Service.CHANNEL: "канал связи, каналы связи, байланыс арнасы, communication channel",
    Service.CCTV: "видеонаблюдение, бейнебақылау, video surveillance",
    Service.ALARM: "тревожная кнопка, сигнализация, дабыл түймесі, дабыл, дабыл жүйесі, alarm system",
    Service.GUARD: "охрана, услуги охраны, күзет, күзет қызметтері, security guarding",
}

CONTRACT_KINDS: dict[ContractKind, str] = {
    ContractKind.REGULAR: "основной, обычный, негізгі, основной договор, негізгі шарт, regular contract",
    ContractKind.EXTENSION: "продление, продление договора, ұзарту, шартты ұзарту, "
    "продление до подведения итогов, қорытындылар шығарылғанға дейін ұзарту, extension until the results",
    ContractKind.INTERIM: "временный, промежуточный, на период до подведения итогов, "
    "договор на период до подведения итогов, уақытша, қорытындылар шығарылғанға дейін, "
    "договор до подведения итогов, қорытындылар шығарылғанға дейінгі шарт, contract until the results",
}

CONTRACT_STATUSES: dict[ContractStatus, str] = {
    ContractStatus.DRAFT: "проект, проект договора, на согласовании, на подписании, "
    "на подписании у заказчика, на подписании у поставщика, жоба, шарт жобасы",
    ContractStatus.PENDING: "подписан, на регистрации в казначействе, готов к отправке на регистрацию, "
    "не вступил в силу, қол қойылды, күшіне енген жоқ, подписан не вступил в силу, "
    "қол қойылған күшіне енбеген, signed not yet in force",
    ContractStatus.ACTIVE: "действует, действующий, в силе, частично исполнен, әрекетте, қолданыста, "
    "күшінде, жартылай орындалды, in force",
    ContractStatus.PERFORMED: "исполнен, исполнено, орындалды",
    ContractStatus.EXPIRED: "истек, срок истек, срок договора истек, срок действия истек, мерзімі аяқталды, "
    "мерзімі өтті, шарттың мерзімі аяқталды",
    ContractStatus.TERMINATED: "расторгнут, расторгнут по соглашению сторон, "
    "расторгнут в одностороннем порядке, бұзылды, доғарылды",
    ContractStatus.CANCELLED: "отменен, аннулирован, не заключен, недействительный по решению суда, "
    "отказ от закупки и договора, болдырылмады, жасалмаған, жасалмады, сот арқылы жойылды, never concluded",
}

TENDER_STATUSES: dict[TenderStatus, str] = {
    TenderStatus.PLANNED: "запланирован, запланирована, планируется, в плане, жоспарланған, жоспарда",
    TenderStatus.ACTIVE: "идет, проводится, объявлен, объявлена, опубликован, опубликована, жүріп жатыр, "
    "жарияланды, хабарланды, live",
    TenderStatus.UNSUCCESSFUL: "не состоялся, не состоялась, несостоявшийся, несостоявшаяся, "
    "закупка не состоялась, сатып алу өткен жоқ, өткен жоқ, өтпеген сатып алу, failed",
    TenderStatus.CANCELLED: "отменен, отменена, отменено, болдырылмады",
    TenderStatus.WITHDRAWN: "отозван, отозвана, отказ от закупки, қайтарып алынды, "
    "сатып алудан бас тарту, бас тартылды",
    TenderStatus.COMPLETE: "завершен, завершена, состоялся, состоялась, закупка состоялась, аяқталды, өтті, "
    "сатып алу болып өтті, болып өтті, held",
}

METHODS: dict[Method, str] = {
    Method.OPEN_TENDER: "открытый конкурс, конкурс, тендер, открытый тендер, ОК, КРБС, ашық конкурс, "
    "конкурс с использованием рейтингово-балльной системы, "
    "рейтингтік-балдық жүйе пайдаланылатын конкурс",
    Method.PRICE_QUOTATION: "запрос ценовых предложений, ЗЦП, баға ұсыныстарын сұрату, "
    "бағалы ұсыныныстарға сұраным, price quotation request",
    Method.SINGLE_SOURCE: "из одного источника, один источник, прямое заключение договора, ОИПД, "
    "из одного источника путем прямого заключения договора, бір көзден, бір көзден сатып алу, "
    "шартты тікелей жасасу арқылы, тікелей шарт тұжырымы бір дерекөздерден, закупка из одного источника",
    Method.AFTER_FAILURE: "из одного источника по несостоявшимся закупкам, по несостоявшимся закупкам, "
    "өткізілмеген мемлекеттік сатып алу бойынша бір көзден сатып алу, "
    "закупка из одного источника после несостоявшейся, өтпеген сатып алудан кейін бір көзден сатып алу, "
    "single source after a failed purchase",
    Method.OTHER: "иное, иной способ, другое, прочее, аукцион, электронный магазин, өзге, басқа, "
    "электронды дүкен, другой способ, өзге тәсіл, other method",
}

STAGES: dict[Stage, str] = {
    Stage.PLANNED: "план, запланирован, запланирована, планирование, внесена в план, "
    "жоспар, жоспарланған, жоспарлау, жоспарға енгізілді, planning",
    Stage.DISCUSSION: "обсуждение, предварительное обсуждение, талқылау, алдын ала талқылау, "
    "preliminary discussion",
    Stage.BIDS: "прием заявок, прием ценовых предложений, өтінімді қабылдау, өтінімдерді қабылдау, "
    "acceptance of bids",
    Stage.EVALUATION: "рассмотрение, рассмотрение заявок, вскрытие заявок, оценка, өтінімдерді қарау, "
    "өтінімдерді ашу, қарау, review of bids",
    Stage.APPEAL: "обжалование, жалоба, шағымдану, шағым",
    Stage.CONTRACT: "договор, заключение договора, подписание договора, шарт, шарт жасасу, contract signing",
}

_EVENTS_THAT_ARE_NO_STAGE: dict[TenderEventKind, str] = {
    TenderEventKind.SUSPENDED: "приостановлен, приостановлена, приостановлено, тоқтатылды, "
    "тоқтата тұрылды, тоқтатыла тұрды",
    TenderEventKind.RESUMED: "возобновлен, возобновлена, возобновлено, қайта басталды, "
    "жаңғыртылды, жалғастырылды",
    TenderEventKind.UNSUCCESSFUL: TENDER_STATUSES[TenderStatus.UNSUCCESSFUL],
    TenderEventKind.CANCELLED: TENDER_STATUSES[TenderStatus.CANCELLED],
    TenderEventKind.WITHDRAWN: TENDER_STATUSES[TenderStatus.WITHDRAWN],
    TenderEventKind.COMPLETE: TENDER_STATUSES[TenderStatus.COMPLETE],
}

EVENTS: dict[TenderEventKind, str] = {
    TenderEventKind(stage): names for stage, names in STAGES.items()
} | _EVENTS_THAT_ARE_NO_STAGE


def dictionary(names: Mapping[Member, str]) -> dict[str, Member]:
    """Every word and code of a list, as compared; raises ValueError where one word would mean two things."""
    meanings: dict[str, Member] = {}
    for member, words in names.items():
        for word in (member.value, *words.split(",")):
            if meanings.setdefault(folded(word), member) is not member:
                raise ValueError(word)
    return meanings


def one_of(names: Mapping[Member, str]) -> Reader:
    """A reader of one word of a closed list; what is not in the list is refused with the list."""
    meanings = dictionary(names)
    allowed = ", ".join(names)

    def read(cell: Cell) -> Reading:
        member = meanings.get(folded(plain_text(cell)))
        if member is None:
            raise CellRefused("unknown_value", allowed=allowed)
        return Reading(member)

    return read


def several_of(names: Mapping[Member, str]) -> Reader:
    """A reader of words separated by «;» or «,», each once, in the order of the list."""
    meanings = dictionary(names)
    allowed = ", ".join(names)

    def read(cell: Cell) -> Reading:
        parts = plain_text(cell).replace(",", ";").split(";")
        found = {meanings.get(folded(part)) for part in parts if part.strip()}
        if not found or None in found:
            raise CellRefused("unknown_value", allowed=allowed)
        return Reading(tuple(member for member in names if member in found))

    return read
