"""Texts of others that would be markup or script are words of a letter and nothing else (WEB-2)."""

from __future__ import annotations

import pytest

from tests.markup import PAYLOADS
from tests.reminders.test_letters import LETTERS, Page, a_line, bare, written
from tracker.domain.vocabulary import Language
from tracker.render.told import one_line


@pytest.mark.parametrize("language", Language)
def test_web_2_no_text_of_a_register_is_markup_in_a_letter(language: Language) -> None:
    """In the name of the school, in the district, in the number of the purchase."""
    tags = Page(written(LETTERS[language], a_line()).html).tags
    for text in PAYLOADS:
        names = dict.fromkeys(("name", "name_kk", "name_ru"), text)
        line = a_line(school=names, district=text, number=text, identity=[text, "bids"])
        page = Page(written(LETTERS[language], line).html)
        assert page.tags == tags, text
        assert bare(page.text).count(bare(one_line(text))) >= 2, text
        assert [link for link in page.links if not link.startswith("https://tracker.example.kz/")] == []
