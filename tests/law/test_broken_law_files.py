"""A law file with a hole in it is refused at start, and the refusal says where the hole is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.domain.errors import PolicyBroken
from tracker.domain.policy import CLAUSES, Policy
from tracker.domain.vocabulary import Service
from tracker.law.loader import BUNDLED, POLICY_FILE, load_policy

LAW = (BUNDLED / POLICY_FILE).read_text(encoding="utf-8")
CAP = 'versions = [{ value = 60, assumed = "house" }]'
PLACE = 'at = { kk = "АЕК 01.01.2025 бастап", ru = "МРП с 01.01.2025", en = "MCI from 01.01.2025" }, '

Reload = Callable[[str, str], Policy]


@pytest.fixture
def reload(tmp_path: Path) -> Reload:
    """Load the bundled law with one change."""

    def load(old: str, new: str) -> Policy:
        assert old in LAW
        (tmp_path / POLICY_FILE).write_text(LAW.replace(old, new, 1), encoding="utf-8")
        return load_policy(tmp_path)

    return load


BREAKS = {
    "a version without a ground": (CAP, "versions = [{ value = 60 }]", "no_ground", "warn.ending_soon"),
    "a version cited and assumed at once": (
        "{ from = 2024-01-01, value = 3692, ",
        '{ from = 2024-01-01, value = 3692, assumed = "house", ',
        "cited_and_assumed",
        "clause[mci].versions[2]",
    ),
    "a source that is not listed": (
        'source = "news-mci-2026"',
        'source = "hearsay"',
        "unknown",
        "[4].source",
    ),
    "a remark that is not listed": ('assumed = "mci_2027"', 'assumed = "because"', "unknown", "[5].assumed"),
    "a note that is not listed": ('note = "direct_sum"', 'note = "sum"', "unknown", "note"),
    "a citation without a place": (PLACE, "", "missing", "clause[mci].versions[3].at"),
    "a citation without a day of reading": (
        'en = "MCI from 01.01.2026" }, read_on = 2026-11-22',
        'en = "MCI from 01.01.2026" }',
        "missing",
        "clause[mci].versions[4].read_on",
    ),
    "a first version that starts late": (CAP, CAP.replace("{", "{ from = 2020-01-01,"), "late_start", "from"),
    "versions out of order": (
        "from = 2026-01-01, value",
        "from = 2028-01-01, value",
        "unsorted",
        "versions[4]",
    ),
    "two versions of one day": (
        "from = 2026-01-01, value",
        "from = 2025-01-01, value",
        "overlap",
        "versions[3]",
    ),
    "a gap between versions": (
        "{ value = 3450,",
        "{ until = 2023-12-30, value = 3450,",
        "gap",
        "clause[mci].versions[1].until",
    ),
    "versions that overlap": (
        "{ value = 3450,",
        "{ until = 2024-01-01, value = 3450,",
        "overlap",
        "clause[mci].versions[1].until",
    ),
    "a last version that ends": (CAP, CAP.replace("{", "{ until = 2030-12-31,"), "gap", "until"),
    "a clause without versions": (CAP, "versions = []", "missing", "warn.ending_soon].versions"),
    "a later version without a day": ("{ from = 2027-01-01,", "{", "missing", "versions[5].from"),
    "a text where a number belongs": (CAP, CAP.replace("60", '"60"'), "wrong_type", "value"),
    "a number where a switch belongs": ("value = true", "value = 1", "wrong_type", "interim.cap_is_final"),
    "a switch where a number belongs": (CAP, CAP.replace("60", "true"), "wrong_type", "value"),
    "a fraction of a day": (CAP, CAP.replace("60", "60.5"), "wrong_type", "value"),
    "a moment where a day belongs": ("2024-12-10", "2024-12-10T09:00:00", "wrong_type", "adopted_on"),
    "a negative number of days": (CAP, CAP.replace("60", "-1"), "too_small", "value"),
    "a cap of no months": ("{ value = 2,", "{ value = 0,", "too_small", "interim.cap"),
    "a unit nobody counts in": ('unit = "months"', 'unit = "moons"', "unknown", "unit"),
    "a version chosen by an unknown day": (
        'version_by = "today"',
        'version_by = "noon"',
        "unknown",
        "version_by",
    ),
    "a clause nobody reads": (
        'id = "duty.consent"',
        'id = "duty.assent"',
        "unknown",
        "duties[consent].clause",
    ),
    "a clause entered twice": (
        '[[clause]]\nid = "warn.stale"',
        '[[clause]]\nid = "warn.ending_soon"',
        "repeated",
        "warn.ending_soon",
    ),
    "a text without Kazakh": ('title.kk = "Дабыл жүйесі"\n', "", "missing", "title.kk"),
    "a text without Russian": ('about.ru = "Годовой', 'about.rus = "Годовой', "missing", "about.ru"),
    "a blank text": ('title.en = "Alarm system"', 'title.en = " "', "blank", "title.en"),
    "a fourth language": (
        'title.en = "Alarm system"',
        'title.en = "Alarm system"\ntitle.uz = "Signal"',
        "unknown_key",
        "title.uz",
    ),
    "an unknown route": (
        'id = "interim.small_value"',
        'id = "interim.loan"',
        "unknown",
        "route[interim.loan].id",
    ),
    "an unknown condition": ('"security_service"', '"good_will"', "unknown", "conditions"),
    "an unknown alternative": ('["customer_created"]', '["customer_born"]', "unknown", "alternative"),
    "the same condition twice": (
        '["annual_limit", "no_',
        '["annual_limit", "annual_limit", "no_',
        "repeated",
        "cond",
    ),
    "a route without conditions": (
        'conditions = ["annual_limit", "no_splitting", "plan_point"]',
        "conditions = []",
        "missing",
        "route[interim.small_value].conditions",
    ),
    "a route that overlaps itself": (
        'until = 2024-12-31\nclause = "law-434-v/43.18"',
        'until = 2025-01-01\nclause = "law-434-v/43.18"',
        "overlap",
        "route[interim.extension]",
    ),
    "a route over before it began": (
        "order = 1\nfrom = 2025-01-01",
        "order = 1\nfrom = 2025-01-01\nuntil = 2024-12-31",
        "empty",
        "route[interim.extension].until",
    ),
    "two routes in one place of the order": (
        "order = 2\nfrom",
        "order = 1\nfrom",
        "order_taken",
        "single_source",
    ),
    "a duty counted from nowhere": ('"supplier_chosen"', '"full_moon"', "unknown", "counted_from"),
    "a duty counted in months": ('clause = "duty.report"', 'clause = "interim.cap"', "unknown", "clause"),
    "a duty whose days change under the route": (
        'until = 2024-12-31\nclause = "law-434-v/39.3"\nassumed = "old_ground',
        'until = 2025-01-01\nclause = "law-434-v/39.3"\nassumed = "old_ground',
        "clause_changes",
        "duties[report].clause",
    ),
    "an unknown service": ('service = "guard"', 'service = "moat"', "unknown", "service"),
    "a service listed twice": ('service = "guard"', 'service = "alarm"', "repeated", "daily_need"),
    "a list item nobody checked": (
        'service = "guard"',
        'service = "guard"\nlisted = true',
        "not_verified",
        "daily",
    ),
    "a key that is misspelt": (
        "read_on = 2026-11-22\nconditions",
        "red_on = 2026-11-22\nconditions",
        "missing",
        "read",
    ),
    "a key that means nothing": (
        'service = "guard"',
        'service = "guard"\ncolour = "red"',
        "unknown_key",
        "colour",
    ),
    "a source without a number": ('number = "687"\n', "", "missing", "sources.rules-687.number"),
    "broken syntax": ("[sources.law-434-v]", "[sources.law-434-v", "toml_syntax", POLICY_FILE),
}


@pytest.mark.parametrize(("old", "new", "reason", "place"), BREAKS.values(), ids=BREAKS.keys())
def test_the_program_refuses(reload: Reload, old: str, new: str, reason: str, place: str) -> None:
    with pytest.raises(PolicyBroken) as refusal:
        reload(old, new)
    assert refusal.value.details["reason"] == reason
    assert place in str(refusal.value.details["at"])


@pytest.mark.parametrize("clause", sorted(CLAUSES))
def test_the_program_refuses_a_law_without(reload: Reload, clause: str) -> None:
    with pytest.raises(PolicyBroken) as refusal:
        reload(f'id = "{clause}"', f'id = "{clause}_"')
    assert refusal.value.details == {"at": f"{POLICY_FILE}.clause[{clause}]", "reason": "missing"}


def test_the_program_refuses_a_clause_that_nothing_reads(reload: Reload) -> None:
    extra = '[[clause]]\nid = "warn.extra"\nunit = "days"\nversion_by = "today"\n' + CAP
    words = '\nabout.kk = "Қ"\nabout.ru = "Р"\nabout.en = "E"\n\n'
    with pytest.raises(PolicyBroken) as refusal:
        reload("[[daily_need]]", f"{extra}{words}[[daily_need]]")
    assert refusal.value.details == {"at": f"{POLICY_FILE}.clause[warn.extra]", "reason": "unknown"}


def test_the_program_refuses_a_folder_without_a_law(tmp_path: Path) -> None:
    with pytest.raises(PolicyBroken) as refusal:
        load_policy(tmp_path)
    assert refusal.value.details == {"at": str(tmp_path / POLICY_FILE), "reason": "file_unreadable"}


def test_a_department_may_switch_the_final_cap_off(reload: Reload) -> None:
    changed = reload("value = true", "value = false")
    assert not changed.on(changed.change_days[-1]).cap_is_final
    assert changed.fingerprint != load_policy().fingerprint


def test_a_department_may_enter_what_it_read_in_the_list(reload: Reload) -> None:
    checked = 'listed = true\nverified_on = 2026-12-01\nverified_by = "legal office"'
    need = reload('service = "channel"', f'service = "channel"\n{checked}').listed(Service.CHANNEL)
    assert need is not None
    assert need.listed


def test_a_comment_does_not_change_the_name_of_the_law(reload: Reload) -> None:
    assert reload("[[daily_need]]", "# checked\n\n[[daily_need]]").fingerprint == load_policy().fingerprint
