"""Names stand in the order of the Kazakh alphabet."""

from __future__ import annotations

from tracker.domain.alphabet import ALPHABET, sort_key


def test_all_forty_two_letters_stand_in_their_own_order() -> None:
    assert len(ALPHABET) == 42
    assert sorted(set(ALPHABET), key=sort_key) == list(ALPHABET)


def test_kazakh_names_are_not_thrown_behind_the_russian_letters() -> None:
    names = ["Ілбішін", "Ыбырай", "Ғани", "Яблоня", "Әйтеке", "Абай", "Қажымұқан", "Карл", "Өскен", "Орал"]
    assert sorted(names, key=sort_key) == [
        "Абай", "Әйтеке", "Ғани", "Карл", "Қажымұқан", "Орал", "Өскен", "Ыбырай", "Ілбішін", "Яблоня",
    ]  # fmt: skip


def test_numbers_stand_in_their_own_order_and_before_letters() -> None:
    names = ["Абай", "№ 12 мектеп", "Lyceum", "№ 2 мектеп"]
    assert sorted(names, key=sort_key) == ["№ 2 мектеп", "№ 12 мектеп", "Lyceum", "Абай"]


def test_case_and_quotes_do_not_move_a_name() -> None:
    assert sort_key("«Достық» МЕКТЕБІ") == sort_key("Достық мектебі")
