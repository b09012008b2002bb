"""The law file says how long before each kind of deadline people are told; a hole in it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain.errors import PolicyBroken
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.law.loader import BUNDLED, POLICY_FILE, load_policy

LAW = (BUNDLED / POLICY_FILE).read_text(encoding="utf-8")
ENDS = {DeadlineKind.COVER_END, DeadlineKind.INTERIM_END}


def test_every_kind_of_deadline_has_its_leads() -> None:
    assert [rule.kind for rule in load_policy().leads] == list(DeadlineKind)


@pytest.mark.parametrize("kind", sorted(ENDS))
def test_ends_are_told_sixty_days_ahead_and_then_more_often(kind: DeadlineKind) -> None:
    rule = next(rule for rule in load_policy().leads if rule.kind is kind)
    assert (rule.unit, rule.leads) == (LeadUnit.DAYS, (60, 30, 14, 7, 1, 0))


def test_stages_are_told_in_working_days() -> None:
    rule = next(rule for rule in load_policy().leads if rule.kind is DeadlineKind.STAGE)
    assert (rule.unit, rule.leads) == (LeadUnit.WORKING_DAYS, (5, 2, 0))


def test_only_where_no_tender_is_registered_people_are_told_a_hundred_and_twenty_days_ahead() -> None:
    conditional = {rule.kind: rule.unless_begun for rule in load_policy().leads if rule.unless_begun}
    assert conditional == {DeadlineKind.COVER_END: (120,)}


def test_a_house_value_is_marked_as_assumed() -> None:
    assert all(rule.is_assumed for rule in load_policy().leads)


BREAKS = {
    "no leads": ("leads = [14, 0]\n", "", "missing", "leads"),
    "leads out of order": ("leads = [14, 0]", "leads = [0, 14]", "unsorted", "leads"),
    "a lead twice": ("leads = [14, 0]", "leads = [14, 14, 0]", "unsorted", "leads"),
    "a lead after the day": ("leads = [14, 0]", "leads = [14, -1]", "too_small", "leads"),
    "a lead that is no number": ("leads = [14, 0]", 'leads = ["14"]', "wrong_type", "leads"),
    "an unknown kind": ('kind = "report"', 'kind = "rapport"', "unknown", "kind"),
    "a kind twice": ('kind = "report"', 'kind = "stage_due"', "repeated", "lead"),
    "no ground": ('leads = [14, 0]\nassumed = "house"', "leads = [14, 0]", "no_ground", "lead"),
    "a key that nobody reads": ("leads = [14, 0]", "leads = [14, 0]\nlead = 7", "unknown_key", "lead"),
}


@pytest.mark.parametrize(("old", "new", "reason", "place"), BREAKS.values(), ids=BREAKS)
def test_a_broken_rule_is_refused_and_the_refusal_says_where(
    old: str, new: str, reason: str, place: str, tmp_path: Path
) -> None:
    assert old in LAW
    (tmp_path / POLICY_FILE).write_text(LAW.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyBroken) as refusal:
        load_policy(tmp_path)
    assert refusal.value.details["reason"] == reason
    assert place in str(refusal.value.details["at"])


def test_a_kind_without_a_rule_is_refused(tmp_path: Path) -> None:
    start = LAW.index('[[lead]]\nkind = "facts_to_confirm"')
    stop = LAW.index("# ---", start)
    (tmp_path / POLICY_FILE).write_text(LAW[:start] + LAW[stop:], encoding="utf-8")
    with pytest.raises(PolicyBroken) as refusal:
        load_policy(tmp_path)
    assert "lead[facts_to_confirm]" in str(refusal.value.details["at"])
