"""What commands print for people is in the reader's language, down to titles, signs and closed lists."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.commands import Commands
from tests.web.register import COVERED, ENDS_MUCH
from tracker.desk import Desk
from tracker.domain.vocabulary import Language
from tracker.feeds import words as register_words
from tracker.feeds.spelling import folded
from tracker.render.catalogs import load_catalogs
from tracker.render.sentences import CLOSED_LISTS

CATALOGS = load_catalogs()
CONTRACTS = "contract_number;school_id;start_on;end_on;status\n"
LISTS: Mapping[str, Mapping[Any, str]] = {
    "service": register_words.SERVICES,
    "contract_kind": register_words.CONTRACT_KINDS,
    "contract_status": register_words.CONTRACT_STATUSES,
    "tender_status": register_words.TENDER_STATUSES,
    "method": register_words.METHODS,
    "stage": register_words.STAGES,
    "tender_event": register_words.EVENTS,
}


def test_an_import_that_must_be_confirmed_is_told_to_programs_as_the_report_of_what_was_not_written(
    filled: Commands,
) -> None:
    said = filled("import", "contracts", filled.file("c.csv", ENDS_MUCH), "--format", "json")
    assert said.status == 2
    assert (said.json["read"], said.json["changed"], said.json["written"]) == (4, 4, False)
    assert said.json["danger"] == {"ended": 4, "emptied": 0, "known": 13, "percent": "30.8"}
    assert "--confirm" in said.err


def test_a_share_has_the_decimal_sign_of_its_language(filled: Commands, language: Language) -> None:
    name = filled.file("c.csv", ENDS_MUCH)
    share = "30.8 %" if language is Language.EN else "30,8 %"
    assert share in filled("import", "contracts", name, TRACKER_LANGUAGE=language.value).err
    assert share in filled("import", "contracts", name, "--dry-run", TRACKER_LANGUAGE=language.value).out


def test_an_unknown_status_is_refused_with_the_words_and_codes_that_exist(
    filled: Commands, language: Language
) -> None:
    name = filled.file("c.csv", f"{CONTRACTS}K-90;{COVERED};2027-01-01;2027-12-31;бәлкім\n")
    said = filled("import", "contracts", name, TRACKER_LANGUAGE=language.value)
    words = CATALOGS[language]
    assert f"{words.say('contract_status.expired')} (expired)" in said.plain
    titles = [words.say(f"column.{column}") for column in ("row", "column", "value", "reason")]
    assert all(title in said.plain for title in titles)
    status = {"kk": "Шарт күйі", "ru": "Статус договора", "en": "Status"}[language]
    assert f"{status} (status)" in said.plain


@pytest.mark.parametrize("name", LISTS)
def test_every_word_of_ours_may_be_written_into_a_file(name: str, language: Language) -> None:
    meanings = register_words.dictionary(LISTS[name])
    assert CLOSED_LISTS[", ".join(LISTS[name])] == name
    for member in LISTS[name]:
        assert meanings.get(folded(CATALOGS[language].say(f"{name}.{member}"))) is member


def test_decreed_days_are_listed_in_words(filled: Commands, language: Language) -> None:
    filled.good("calendar", "set", "2026-12-29", "--off", "--decree", "№ 1")
    filled.good("calendar", "set", "2027-01-16", "--working", "--decree", "№ 2")
    said = filled.good("calendar", "list", TRACKER_LANGUAGE=language.value)
    words = CATALOGS[language]
    assert re.search(rf"29\.12\.2026 {words.say('cli.day.off')} № 1", said.plain)
    assert re.search(rf"16\.01\.2027 {words.say('cli.day.working')} № 2", said.plain)
    assert "True" not in said.plain
    assert all(words.say(f"cli.column.{title}") in said.plain for title in ("day", "working", "decree"))


def test_today_as_a_day_of_knowledge_means_now(filled: Commands) -> None:
    name = filled.file("s.csv", "school_id;name\nS-77;Жаңа\n")
    filled.good("import", "schools", name, "--known", "2027-01-15")
    known = filled.good("evaluate", "--known", "2027-01-15T11:00:00", "--format", "json").json
    assert "S-77" in [need["school_id"] for need in known["needs"]]


def test_an_account_without_a_name_is_known_by_its_number(
    filled: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987_654_321)
    with pytest.raises((KeyError, OSError)):
        getpass.getuser()
    assert Desk.open(filled.variables({})).actor == "cli:987654321"
    filled.good("import", "schools", "schools.csv")


def test_an_export_of_needs_is_no_register(filled: Commands, language: Language) -> None:
    filled.good("export", "needs", "needs.xlsx")
    filled.good("export", "needs", "needs.csv")
    for name in ("needs.xlsx", "needs.csv"):
        said = filled("import", "schools", name, TRACKER_LANGUAGE=language.value)
        assert said.status == 2
        assert CATALOGS[language].say("error.file_refused.needs_export") in said.err
