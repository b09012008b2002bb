"""The place in an act is told in the reader's language: nobody is sent to «ст.» on a Kazakh page."""

from __future__ import annotations

import re

import pytest

from tracker.domain.policy import Route, Version
from tracker.domain.vocabulary import Language
from tracker.law.loader import POLICY_FILE, load_policy
from tracker.law.toml_table import Table

FOREIGN = {
    Language.KK: re.compile(r"ст\.|п\.|Правила|МРП|\bart\.|para"),
    Language.RU: re.compile(r"бап|тармақ|АЕК|\bart\.|para"),
    Language.EN: re.compile(r"[а-яәғқңөұүһі]", re.IGNORECASE),
}


@pytest.mark.parametrize("language", Language)
def test_every_place_is_told_in_the_language_of_the_page(language: Language) -> None:
    policy = load_policy()
    cited = [version for clause in policy.clauses.values() for version in clause.versions]
    grounds: list[Version | Route] = [*cited, *policy.routes]
    places = [ground.at[language] for ground in grounds if ground.at]
    assert len(places) > 30
    assert [place for place in places if FOREIGN[language].search(place)] == []


def test_a_place_that_is_written_once_is_the_same_everywhere() -> None:
    table = Table({"at": "п. 1"}, POLICY_FILE)
    assert table.words_or_text("at") == {"kk": "п. 1", "ru": "п. 1", "en": "п. 1"}
