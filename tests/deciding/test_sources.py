"""Whom a price may be asked of: suppliers are proposed from known contracts, and a person decides (O2)."""

from __future__ import annotations

import re
from decimal import Decimal

from starlette.testclient import TestClient

from tests.deciding.office import Office
from tests.deciding.test_papers import CUSTOMER, STATED, WORDS, plain
from tests.deciding.test_papers import direct as direct
from tests.deciding.test_papers import officer as officer
from tests.web.register import COVERED, SUSPENDED, a_contract, fill


def test_suppliers_of_the_region_are_proposed_and_stand_in_no_paper_before_they_are_kept(
    direct: int, officer: TestClient, office: Office
) -> None:
    days = ("2027-01-01", "2027-12-31")
    fill(
        office.engine,
        a_contract("K-31", COVERED, *days, supplier_name="ТОО «Бір»", amount=Decimal("24000")),
        a_contract("K-33", SUSPENDED, *days, supplier_name="ТОО «Өзге өңір»"),
    )
    page = officer.get(f"/decisions/{direct}/documents").text
    fields = re.findall(r'<input[^>]*name="addressee_\d"[^>]*>', page)
    named = [re.findall(r'value="([^"]*)"', field) for field in fields]
    assert named == [["ТОО «Байланыс»"], ["ТОО «Бір»"], [""]]
    assert plain(page).count(WORDS.say("suppliers.proposed")) == 2
    assert "2 000,00" in plain(page).replace("\xa0", " ")  # a month of the last contract
    assert "Өзге өңір" not in page
    assert "Готово 1 из 6 документов" in plain(page)
    officer.post(f"/decisions/{direct}/documents/facts", data={"customer": CUSTOMER, **STATED})
    page = plain(officer.get(f"/decisions/{direct}/documents").text)
    assert WORDS.say("suppliers.proposed") not in page
    assert WORDS.say("suppliers.title") in page
