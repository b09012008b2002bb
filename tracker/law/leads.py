"""How long before each kind of deadline people are told, read from the law file (rules §7)."""

from __future__ import annotations

from tracker.domain.policy import LeadRule
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.law.grounds import Library
from tracker.law.toml_table import Table


def read_leads(root: Table, library: Library) -> tuple[LeadRule, ...]:
    """One rule for every kind of deadline, in the order of the kinds; anything else is refused."""
    rules: dict[DeadlineKind, LeadRule] = {}
    for table in root.tables("lead"):
        rule = _rule(table, library)
        if rule.kind in rules:
            raise table.broken("repeated")
        rules[rule.kind] = rule
    for kind in DeadlineKind:
        if kind not in rules:
            raise root.broken("missing", f"lead[{kind}]")
    return tuple(rules[kind] for kind in DeadlineKind)


def _rule(table: Table, library: Library) -> LeadRule:
    ground = library.ground(table)
    rule = LeadRule(
        kind=table.choice("kind", DeadlineKind),
        unit=table.choice("unit", LeadUnit),
        leads=table.counts("leads"),
        unless_begun=table.counts("unless_begun"),
        source=ground.source,
        at=ground.at,
        read_on=ground.read_on,
        assumed=ground.assumed,
    )
    if not rule.leads:
        raise table.broken("missing", "leads")
    table.close()
    return rule
