"""A region is read from its own names only; what names none or two is told, never guessed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.feeds.files import codes, read_text
from tracker.domain.register import RegisterKind
from tracker.feeds.regions import REGIONS, Region, find_region, regions_in_name

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared facts are not at hand")


def test_there_are_seventeen_regions_and_three_cities() -> None:
    assert Counter(region.is_city for region in REGIONS) == {False: 17, True: 3}
    assert len({region.code for region in REGIONS}) == 20
    assert [region.code for region in REGIONS] == sorted(region.code for region in REGIONS)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.en)
def test_codes_and_names_in_three_languages_are_read(region: Region) -> None:
    written = [region.code, f"{region.code}0000000", f"{region.code}1234567", region.iso, region.iso.lower()]
    written += [region.kk, region.ru, region.en, *region.short, *region.spellings]
    written += [name.upper() for name in (region.kk, region.ru, region.en)]
    written += [f" «{region.ru}» ", region.ru.replace("-", " "), region.ru.replace("-", "–")]
    written += [region.ru.replace("область", "обл."), region.kk.replace("облысы", "обл.")]
    assert {text: find_region(text) for text in written} == dict.fromkeys(written, region.code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Северо-Казахстанской области", "59"),
        ("СЕВЕРО - КАЗАХСТАНСКАЯ ОБЛ", "59"),
        ("ско", "59"),
        ("области Абай", "10"),
        ("Абай обл.", "10"),
        ("Abay oblysy", "10"),
        ("ОБЛАСТИ ЖЕТІСУ", "33"),
        ("Жетысуская область", "33"),
        ("Jetisu", "33"),
        ("Zhetisū oblysy", "33"),
        ("Алматы", "75"),
        ("г.Алматы", "75"),
        ("город Алматы", "75"),
        ("города Алматы", "75"),
        ("Алматы қ.", "75"),
        ("Алматы қаласының", "75"),
        ("Almaty city", "75"),
        ("Алматы облысы", "19"),
        ("Алматинской области", "19"),
        ("Алматинская", "19"),
        ("Almaty Region", "19"),
        ("Нур-Султан", "71"),
        ("г. Астаны", "71"),
        ("Джамбульская область", "31"),
        ("Кустанайская обл.", "39"),
        ("Ақмола", "11"),
        ("Akmola oblast", "11"),
        ("Түркістан облысында", "61"),
        ("Шығыс Қазақстан обл", "63"),
        ("Шығыс-Қазақстан облысы", "63"),
        ("Kyzylorda", "43"),
    ],
)
def test_a_region_is_read_however_it_is_written(text: str, code: str) -> None:
    assert find_region(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "51",
        "99",
        "510000000",
        "KZ-51",
        "5900000",
        "59 область",
        "Южно-Казахстанская область",
        "ЮКО",
        "Семипалатинская область",
        "г. Караганда",
        "Петропавловск",
        "Костанайский район",
        "Абайский район",
        "город Абай",
        "Казахстан",
        "область",
        "г.",
        "Алматы, Астана",
        "Область Абай, город Семей",
        "Алматинская область, г. Алматы",
        "Северная область",
        "Московская область",
        "—",
        "NA",
        "",
    ],
)
def test_what_is_none_of_the_twenty_is_not_guessed(text: str) -> None:
    assert find_region(text) is None


@pytest.mark.parametrize("region", ["Петропавловск", "51", "NA", "Алматы и область"])
def test_a_region_cell_that_names_none_rejects_the_row(region: str) -> None:
    parsed = read_text(RegisterKind.SCHOOLS, f"school_id,name,region\nS-1,A,{region}\n")
    assert codes(parsed.issues) == ["region_unknown"]
    assert parsed.rows == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Жамбылская районная больница управления здравоохранения Алматинской области", {"19"}),
        ("КГУ «Средняя школа имени Жамбыла» Управления образования области Жетісу", {"33"}),
        ("Отдел образования Абайского района управления образования области Абай", {"10"}),
        ("Управление образования города Алматы", {"75"}),
        ("Алматы облысының білім басқармасы", {"19"}),
        ("Алматы қаласы әкімдігінің мектебі", {"75"}),
        ("по городу Шымкенту и Туркестанской области", {"79", "61"}),
        ("Управление здравоохранения акимата СКО", {"59"}),
        ("управления ветеринарии ВКО", {"63"}),
        ("Карагандинская областная спецбиблиотека", {"35"}),
        ("Жамбылский областной филиал", {"31"}),
        ("Акмолинский филиал предприятия «Казводхоз»", {"11"}),
        ("Алматинский филиал предприятия «Казводхоз»", set()),
        ("Средняя школа имени Абая", set()),
        ("Абай атындағы облыстық кітапхана", set()),
        ("ТОО «Астана-Строй»", set()),
        ("ТОО «Вискоза»", set()),
        ("Аппарат акима Мангистауского района", set()),
        ("Южно-Казахстанский многопрофильный колледж", set()),
    ],
)
def test_the_name_of_a_body_states_its_regions_or_none(name: str, found: set[str]) -> None:
    assert regions_in_name(name) == found


@needs_shared
def test_the_facts_at_hand_agree_with_the_table() -> None:
    facts = json.loads((SHARED / "goszakup/kato_regions.json").read_text(encoding="utf-8"))["regions"]
    assert {fact["kato_prefix"] for fact in facts} == {region.code for region in REGIONS}
    for fact in facts:
        names = [fact[key] for key in ("kato", "iso_3166_2", "name_ru", "name_kk", "name_en", "iso_name")]
        assert {find_region(name) for name in names} == {fact["kato_prefix"]}
    with (SHARED / "data/kz-kato/regions_districts.csv").open(encoding="utf-8") as file:
        regions = {row["region"] for row in csv.DictReader(file)}
    assert len({find_region(name) for name in regions} - {None}) == len(regions) == 20


@needs_shared
def test_of_the_names_of_bodies_as_many_state_their_region_as_were_counted_by_hand() -> None:
    with (SHARED / "data/kz-bodies/body_names.csv").open(encoding="utf-8") as file:
        found = [regions_in_name(row["name"]) for row in csv.DictReader(file)]
    assert Counter(map(len, found)) == {1: 160, 2: 1, 0: 68}


@needs_shared
def test_no_name_of_a_participant_is_given_a_region_that_it_does_not_write() -> None:
    """The first four letters of the region, or its short form, stand in the name."""
    stems = {"75": ("алматы",), "19": ("алматин", "алматы"), "31": ("жамб",), "10": ("абай",)}
    with (SHARED / "data/kz-bodies/participants_bin.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    named = {region.code: region for region in REGIONS}
    for name in names:
        for code in regions_in_name(name):
            region = named[code]
            starts = stems.get(code) or tuple(
                word[:4] for word in f"{region.ru} {region.kk}".casefold().split() if len(word) > 4
            )
            assert any(start in name.casefold() for start in starts) or any(
                short in name for short in region.short
            ), (name, code)
