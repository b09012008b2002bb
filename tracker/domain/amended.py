"""The facts of a need with one row of a register corrected, on a copy: what a correction would make of it."""

from __future__ import annotations

from dataclasses import replace

from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderRow


def amended(facts: NeedFacts, row: RegisterRow) -> NeedFacts:
    """The facts as they would be; a contract they lack is added, a row of another need changes nothing."""
    if isinstance(row, SchoolRow):
        return replace(
            facts,
            needed_from=row.needed_from,
            needed_until=row.needed_until,
            closed_on=row.closed_on,
            confirmed_on=row.confirmed_on,
            bin=row.bin,
        )
    if isinstance(row, ContractRow) and row.service is facts.service:
        known = {one.contract_number: one for one in facts.lines}
        number = row.contract_number
        new = ServiceLine(number, row.kind, row.status, row.start_on, row.end_on)
        lines = (known | {number: _line(known.get(number, new), row)}).values()
        return replace(facts, lines=tuple(sorted(lines, key=lambda one: (one.start_on, one.contract_number))))
    if isinstance(row, TenderRow) and row.service is facts.service:
        tenders = (_tender(one, row) if one.number == row.tender_number else one for one in facts.tenders)
        return replace(facts, tenders=tuple(tenders))
    return facts


def _line(line: ServiceLine, row: ContractRow) -> ServiceLine:
    return replace(
        line,
        kind=row.kind,
        status=row.status,
        start_on=row.start_on,
        end_on=row.end_on,
        signed_on=row.signed_on,
        terminated_on=row.terminated_on,
        tender_number=row.tender_number,
    )


def _tender(tender: TenderFacts, row: TenderRow) -> TenderFacts:
    return replace(
        tender,
        method=row.method,
        status=row.status,
        planned_on=row.planned_on,
        published_on=row.published_on,
        bids_close_on=row.bids_close_on,
        results_on=row.results_on,
        ended_on=row.ended_on,
        stage=row.stage,
        stage_entered_on=row.stage_entered_on,
        repeats=row.repeats_tender_number,
    )
