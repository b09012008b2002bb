"""A letter as messages of Telegram: whatever it says arrives, in parts that are taken (CHN-14)."""

from __future__ import annotations

import random

import pytest

from tests.channels.letters import letter
from tracker.channels.telegram_text import LONGEST_PART, parts, text_of


def units(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000,
        "x" * 4_096,
        "😀" * 5_000,
        "x" + "😀" * 5_000,
        "Қызылорда қаласы. " * 1_000,
        "жол\n" * 3_000,
        "<b>_*[`]</b>" * 900,
        "\u202eשלום\u202c " * 1_500,
        "e\u0301" * 5_000,
        "👩🏽‍🏫" * 1_500,
        "🇰🇿" * 3_000,
    ],
)
def test_parts_are_taken_and_together_are_the_text(text: str) -> None:
    found = parts(text)
    assert "".join(found) == text
    assert all(0 < units(part) <= LONGEST_PART for part in found)
    assert len(found) <= units(text) // (LONGEST_PART // 2) + 1


def test_parts_are_cut_between_lines_then_words_then_whole_signs() -> None:
    assert parts("one two\nthree four", 12) == ["one two\n", "three four"]
    assert parts("one two three", 9) == ["one two ", "three"]
    assert parts("ab👩🏽‍🏫👩🏽‍🏫", 12) == ["ab👩🏽‍🏫", "👩🏽‍🏫"]
    assert parts("abce\u0301", 4) == ["abc", "e\u0301"]


def test_nothing_empty_is_sent() -> None:
    assert parts(" \n" * 5_000) == []
    assert parts("") == []


def test_any_text_is_cut_into_itself() -> None:
    dice = random.Random(14)
    signs = ["a", " ", "\n", "ә", "😀", "\u0301", "\u200d", "🏽", "\ufe0f", "🇰"]
    for _ in range(400):
        text = "".join(dice.choices(signs, k=dice.randint(1, 60)))
        found = parts(text, 8)
        assert "".join(found).replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
        assert all(units(part) <= 8 for part in found)


def test_what_no_peer_takes_is_taken_out_and_all_else_stays() -> None:
    said = text_of(letter(subject="a\0b", text="c\ud83dd\r\ne <b>_*[`]</b> \u202eRTL\u202c 😀"))
    assert said.startswith("a\ufffdb\n\nc\ufffdd\ne <b>_*[`]</b> \u202eRTL\u202c 😀\n\n#")
    said.encode()
