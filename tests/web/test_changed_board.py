"""After a file is written its bringer sees what it changed on the board: before, now, and both lists."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, UNKNOWN
from tests.web.test_import_pages import confirm, hand_over
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language

COVERS = f"contract_number;school_id;start_on;end_on\nK-60;{FAILED};2027-01-01;2027-12-31\n"
ELSEWHERE = f"contract_number;school_id;start_on;end_on\nK-40;{UNKNOWN};2027-01-01;2027-12-31\n"
HEAD = a_person(Role.HEAD, "59")
ROW = re.compile(r'<td class="number"[^>]*><a href="([^"]+)">(\d+)</a></td>')


def numbers_of(html: str) -> list[tuple[tuple[str, int], tuple[str, int]]]:
    """Each row: the address and the number before, and both now."""
    part = html.split('id="board-changed"')[1].split("</table>")[0]
    found = [(address.replace("&amp;", "&"), int(number)) for address, number in ROW.findall(part)]
    return list(zip(found[::2], found[1::2], strict=True))


def test_what_a_file_changed_is_told_and_every_number_opens_its_list(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    html = confirm(client, hand_over(client, COVERS, "contracts")).text
    rows = numbers_of(html)
    assert "Что изменилось" in text_of(html)
    assert [now - before for (_, before), (_, now) in rows] == [1, 0, -1, 0, 0, 0, 0]
    for address, number in (each for row in (rows[0], rows[2], rows[6]) for each in row):
        page = client.get(address).text
        assert page.split("<tbody>")[1].split("</tbody>")[0].count("<tr") == number, address
    before, now = (client.get(address).text for address, _ in rows[2])
    assert FAILED in before
    assert FAILED not in now


def test_numbers_are_those_of_her_own_schools(filled: Engine, visit: Visit) -> None:
    admin = visit(filled, Language.RU)
    confirm(admin, hand_over(admin, ELSEWHERE, "contracts"))
    client = visit(filled, Language.RU, person=HEAD)
    html = confirm(client, hand_over(client, COVERS, "contracts")).text
    board = client.get("/").text
    for address, number in (row[1] for row in numbers_of(html)[:6] if row[1][1]):
        asked = re.escape(address.partition("?")[2])
        assert re.search(rf'href="/schools[^"]*{asked}">{number}<', board), address
    seq = re.search(r"done=(\d+)", str(confirm(client, hand_over(client, COVERS, "contracts")).url))
    assert seq is not None
    assert "board-changed" not in admin.get(f"/imports?done={seq[1]}").text  # another's schools, not hers


def test_the_journal_keeps_the_board_from_before_in_words(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    confirm(client, hand_over(client, COVERS, "contracts"))
    said = text_of(client.get("/journal").text)
    assert re.search(r"Табло до загрузки: Услуга есть – \d+, .*в очереди – \d+", said)
