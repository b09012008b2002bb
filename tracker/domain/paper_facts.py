"""What papers say of one school, clause, purchase or condition of a decision's record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from tracker.domain.decision_records import FrozenClause, FrozenTender, LineRecord, Tick
from tracker.domain.drafts import Held, Place, Twin
from tracker.domain.enclosures import Enclosure
from tracker.domain.policy import Words
from tracker.domain.vocabulary import ConditionStatus


def purchases_of(lines: Sequence[LineRecord]) -> list[FrozenTender]:
    """The purchases that are named: those that failed only where no other is left."""
    tenders = [line.tender for line in lines if line.tender]
    return [tender for tender in tenders if not tender.has_failed] or tenders


def confirmed(tick: Tick, enclosed: Iterable[Enclosure]) -> Held:
    """With the paper that she named and the files that were enclosed."""
    files = (each.file_name for each in enclosed if each.condition is tick.condition)
    papers = ", ".join(filter(None, (tick.attachment, *files)))
    return Held(tick.condition, ConditionStatus.MET, tick.person, tick.at, papers)


def amount_of(lines: Sequence[LineRecord]) -> Decimal | None:
    """The sum of what is asked for each school; unknown while one of them is."""
    prices = [line.price for line in lines if line.price is not None]
    return sum(prices, Decimal(0)) if len(prices) == len(lines) else None


def place_of(line: LineRecord) -> Place:
    """Where a need is served, and what served it last."""
    contract = line.contract
    return Place(
        school_id=line.school_id,
        name=name_of(line),
        bin=line.school.bin,
        address=line.school.address,
        contract_number=contract.number if contract else None,
        ends_on=contract.last_on if contract else None,
        is_terminated=contract is not None and contract.is_terminated,
    )


def name_of(line: LineRecord) -> Twin:
    """A school's name in both languages, as far as the register has both."""
    school = line.school
    return Twin(school.name_kk or school.name, school.name_ru or school.name)


def ground_of(clause: FrozenClause) -> Twin:
    """Where the ground stands; a ground without a citation is named by its id alone."""
    if clause.source is None or clause.at is None:
        return Twin(clause.id, clause.id)
    number = f" № {clause.source_number}" if clause.source_number else ""
    return Twin(*(f"{clause.source[language]}{number}, {clause.at[language]}" for language in ("kk", "ru")))


def twin_of(words: Words) -> Twin:
    """What the law says, in the languages of papers."""
    return Twin(words["kk"], words["ru"])


def part_of(line: LineRecord) -> str:
    """What tells the papers about single needs apart."""
    return f"{line.school_id}-{line.service}"


def grouped(
    lines: Iterable[LineRecord], by: Callable[[LineRecord], str]
) -> list[tuple[str, list[LineRecord]]]:
    """The lines that share a paper, in their order."""
    found: dict[str, list[LineRecord]] = defaultdict(list)
    for line in lines:
        found[by(line)].append(line)
    return list(found.items())
