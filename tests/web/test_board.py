"""The board: a tile for every region, three figures for what is proven, and the year before."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import Engine

from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import days_of, links_of, numbers_of, text_of
from tests.web.register import COVERED, NOW, a_contract, a_school, fill
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, State
from tracker.feeds.regions import REGIONS
from tracker.render.catalogs import load_words
from tracker.render.curves import draw
from tracker.web.tallies import Tally
from tracker.web.tiles import LAYOUT, Level, level_of

SAY = load_words(Language.RU).say


def tiles(html: str) -> dict[str, list[str]]:
    """What each tile says, by its name."""
    found = re.findall(r'<li class="tile tile-(\w+)">(.*?)</li>', html, flags=re.DOTALL)
    return {text_of(tile).split("\n")[0]: [level, *text_of(tile).split("\n")[1:]] for level, tile in found}


def test_the_drawing_has_each_region_once() -> None:
    assert sorted(code for line in LAYOUT for code in line if code) == sorted(each.code for each in REGIONS)
    assert len({len(line) for line in LAYOUT}) == 1


def test_a_tile_says_how_many_are_without_service_by_number_word_and_pattern(
    filled: Engine, visit: Visit
) -> None:
    found = tiles(visit(filled, Language.RU).get("/").text)
    assert found["СКО"][:2] == ["many", "3"]
    assert SAY("tile.without") in " ".join(found["СКО"])
    assert found["Актобе"][0] == "absent"
    assert len(found) == 21  # the regions, and those that state none


def test_the_districts_of_a_region_are_tiles_by_the_alphabet(filled: Engine, visit: Visit) -> None:
    assert list(tiles(visit(filled, Language.RU).get("/?region=59").text)) == ["Петропавл", "Тайынша"]


def test_who_sees_one_region_begins_in_it(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=a_person(Role.HEAD, "59"))
    for path in ("/", "/losses", "/cliff"):
        found = numbers_of(client.get(path).text)
        assert found == numbers_of(client.get(f"{path}?region=59").text)
        assert {"region=59" in address for _, address in found} == {True}


def test_four_patterns_stand_for_how_many_schools_are_without() -> None:
    def place(without: int) -> Tally:
        states = dict.fromkeys(State, 0) | {State.COVERED: 1000 - without, State.UNCOVERED: without}
        return Tally(1000, 0, states, 0, 0, {})

    levels = [level_of(place(without)) for without in (0, 1, 10, 11, 30, 31)]
    assert levels == [Level.NONE, Level.FEW, Level.FEW, Level.SOME, Level.SOME, Level.MANY]


def test_proven_and_not_known_add_up_and_each_opens_its_list(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    html = client.get("/").text
    part = html[html.index('id="certain-title"') :]
    part = part[: part.index("</section>")]
    numbers = numbers_of(part)
    assert len(numbers) == 3
    for number, address in numbers:
        rows = [one for _, one in links_of(client.get(address).text) if one.startswith("/schools/")]
        assert len(rows) == number, address
    schools = numbers_of(html)[0][0]
    assert sum(number for number, _ in numbers) == schools - 1  # the closed school needs nothing
    assert SAY("certain.range", low="40,0 %", high="50,0 %") in text_of(html)


def test_a_late_contract_changes_what_is_known_now_and_not_what_was_known_then(
    empty: Engine, visit: Visit
) -> None:
    fill(empty, a_school(COVERED, "Абай"))
    client = visit(empty, Language.RU)
    record(empty, a_contract("K-1", COVERED, "2026-01-01", "2027-12-31"), at=NOW + timedelta(days=3))
    text = text_of(client.get("/?on=2027-01-15").text)
    assert SAY("past.then.other", share="0,0 %") in text
    then = text_of(client.get("/?on=2027-01-15&known=2027-01-15").text)
    assert "1 школа без услуги" in then


def test_the_months_of_all_regions_stand_in_one_table(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    html = client.get("/months").text
    rows = re.findall(r'<th scope="row">.*?</tr>', html, flags=re.DOTALL)
    assert all(row.count("<td>") == 14 for row in rows)
    assert "/months?region=59" in html
    assert "Тайынша" in client.get("/months?region=59").text


def test_what_is_lost_is_told_for_regions_districts_and_schools(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)

    def total(path: str) -> int:
        foot = re.search(r"<tfoot>(.*?)</tfoot>", client.get(path).text, flags=re.DOTALL)
        assert foot is not None
        return int(text_of(re.findall(r"<td[^>]*>(.*?)</td>", foot[1], flags=re.DOTALL)[-1]).replace(" ", ""))

    until = "until=2027-03-01"
    country = total(f"/losses?{until}")
    regions = [total(f"/losses?region={code}&{until}") for code in ("59", "71", "none")]
    districts = [total(f"/losses?region=59&district={name}&{until}") for name in ("Петропавл", "Тайынша")]
    assert sum(regions) == country > 0
    assert sum(districts) == regions[0]
    for path in ("/losses", "/losses?region=59", "/losses?region=59&district=Тайынша"):
        page = client.get(f"{path}{'&' if '?' in path else '?'}service=channel&{until}").text
        for _, address in links_of(page.partition("<main")[2]):
            assert not address.startswith("/losses") or "service=channel" in address, address
    assert client.get("/losses?until=2027-01-14").status_code == 400
    assert client.get("/losses?per=region").status_code == 400


def test_schools_and_days_that_are_lost_open_the_schools_behind_them(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    for path in ("/losses", "/losses?region=59&until=2027-03-01"):
        page = client.get(path).text
        numbers = [one for one in numbers_of(page) if one[1].startswith("/losses")]
        assert len(numbers) >= 2 * page.count('<th scope="row"')
        for number, address in numbers:
            behind = client.get(address).text
            schools = {one for _, one in links_of(behind) if one.startswith("/schools/")}
            assert number in (len(schools), days_of(behind)), address


def test_a_curve_leaves_out_what_is_not_known() -> None:
    picture = draw(([(9, 10), (10, 10)], [None, (8, 10)]))
    assert (picture.low, picture.high) == (80, 100)
    assert [len(curve.marks) for curve in picture.curves] == [2, 1]
    assert picture.curves[0].path == "M8 45L292 8"
