"""What proves a condition: files that stay, the supplier's consent, and a word that another one judges."""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.deciding.office import JUSTIFIED, REASON, Office
from tests.feeds.test_enclosed import JPEG, PDF
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import ENDING, NOW, STALLED, day, fill
from tracker.domain.decisions import Agreed, Block, Deed
from tracker.domain.enclosures import LARGEST_ENCLOSURE, MOST_ENCLOSURES
from tracker.domain.errors import DecisionRefused
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import ConditionId, Language, RouteId, TenderStatus
from tracker.render.catalogs import load_catalogs
from tracker.services import erasing
from tracker.services.acting import Author
from tracker.services.deciding import Wanted
from tracker.store import journal
from tracker.store.enclosures import list_enclosures
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

WORDS = load_catalogs()[Language.EN]
HOSTILE = "..\\<img src=x onerror=alert(1)> хат.exe"
EXTENDED = Wanted(route=RouteId.EXTENSION, reason=REASON)


def browser(visit: Visit, office: Office, name: str) -> TestClient:
    return visit(office.engine, Language.EN, person=office.person(name))


def drafted(office: Office, wanted: Wanted = JUSTIFIED) -> int:
    """A draft of which nobody has confirmed anything."""
    (row,) = office.draft("aigul", STALLED, wanted=wanted)
    assert row.number is not None, row.code
    return row.number


def send(client: TestClient, office: Office, number: int, *files: tuple[str, bytes]) -> int:
    """The checklist of a decision with files beside its first conditions; the status of the answer."""
    asked = [one.id for one in office.found(number).asked]
    blank = [""] * len(asked)
    data = {"revision": str(office.found(number).revision), "condition": asked, "note": blank, "paper": blank}
    sent = {f"file-{one}": (name, data, "text/html") for one, (name, data) in zip(asked, files, strict=False)}
    return client.post(f"/decisions/{number}/conditions", data=data, files=sent).status_code


def test_a_file_confirms_its_condition_and_comes_back_as_it_was(office: Office, visit: Visit) -> None:
    number = drafted(office)
    officer = browser(visit, office, "aigul")
    assert send(officer, office, number, (HOSTILE, PDF), ("суретпен.png", JPEG)) == 200
    found = office.found(number)
    first, second = (one.id for one in found.asked[:2])
    assert [tick.condition for tick in found.ticks] == [first, second]
    with reading(office.engine, seeing=EVERYTHING) as session:
        kept = list_enclosures(session, EVERYTHING, [number])
        (entry,) = journal.entries(session, limit=1)
    assert [each.file_name for each in kept] == ["<img src=x onerror=alert(1)> хат.exe.pdf", "суретпен.jpg"]
    assert entry.details["enclosed_sha256"] == [each.sha256 for each in kept]
    assert "хат" not in entry.detail
    page = officer.get(f"/decisions/{number}").text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; хат.exe.pdf" in page
    here = f"/decisions/{number}/enclosures"
    taken = officer.post(here, data={"enclosure": str(kept[0].id)})
    assert (taken.content, taken.headers["content-type"]) == (PDF, "application/pdf")
    assert taken.headers["x-content-type-options"] == "nosniff"
    assert taken.headers["cache-control"] == "no-store"
    name = unquote(taken.headers["content-disposition"].partition("''")[2])
    assert " ".join(name.split()) == "img src=x onerror=alert(1) хат.exe.pdf"
    assert browser(visit, office, "dana").post(here, data={"enclosure": str(kept[0].id)}).status_code == 404
    assert officer.post("/decisions/999/enclosures", data={"enclosure": str(kept[0].id)}).status_code == 404
    with reading(office.engine, seeing=EVERYTHING) as session:
        (entry,) = journal.entries(session, limit=1)
    assert (entry.action, entry.details["enclosed_sha256"]) == ("export", [kept[0].sha256])


def test_what_is_taken_back_stays_and_is_in_no_archive_any_more(office: Office, visit: Visit) -> None:
    number = drafted(office)
    officer = browser(visit, office, "aigul")
    send(officer, office, number, ("хат.pdf", PDF), ("сурет.jpg", JPEG))
    with reading(office.engine, seeing=EVERYTHING) as session:
        first, _ = list_enclosures(session, EVERYTHING, [number])
    asked = {"enclosure": str(first.id), "revision": str(office.found(number).revision)}
    page = officer.post(f"/decisions/{number}/enclosures/back", data=asked).text
    assert WORDS.say("enclosure.taken_back") in text_of(page)
    assert "хат.pdf" in page
    archive = officer.post(f"/decisions/{number}/documents", data={"format": "zip"})
    with zipfile.ZipFile(io.BytesIO(archive.content)) as papers:
        folder = WORDS.say("papers.enclosed")
        assert [name for name in papers.namelist() if folder in name] == [f"{number}/{folder}/01 сурет.jpg"]
        assert papers.read(f"{number}/{folder}/01 сурет.jpg") == JPEG
    office.decide("aigul", number, Deed.WITHDRAW)
    assert "хат.pdf" in officer.get(f"/decisions/{number}").text
    asked["revision"] = str(office.found(number).revision)
    assert officer.post(f"/decisions/{number}/enclosures/back", data=asked).status_code == 409
    leaver = office.person("aigul")
    with transaction(office.engine, seeing=EVERYTHING) as session:
        erasing.erase(session, Author("cli:root", NOW), leaver.id)
    page = text_of(browser(visit, office, "asel").get(f"/decisions/{number}").text)
    assert "сурет.jpg" in page  # the file stays, her name goes
    assert WORDS.say("journal.erased", number=leaver.id) in page
    assert leaver.name not in page


def test_what_may_not_be_enclosed_confirms_nothing(office: Office, visit: Visit) -> None:
    number = drafted(office)
    officer = browser(visit, office, "aigul")
    asked = [one.id.value for one in office.found(number).asked]
    typed = {
        "revision": str(office.found(number).revision), "condition": asked, "confirmed": asked[1:],
        "note": ["жазба", *[""] * (len(asked) - 1)], "paper": [""] * len(asked),
    }  # fmt: skip
    spoilt = {f"file-{asked[0]}": ("хат.pdf", b"<script>", "application/pdf")}
    page = officer.post(f"/decisions/{number}/conditions", data=typed, files=spoilt)
    assert page.status_code == 409
    assert WORDS.say("decision_refused.file_kind") in text_of(page.text)
    assert page.text.count(" checked>") == len(asked)  # what was typed is not lost
    assert 'value="жазба"' in page.text
    assert send(officer, office, number, ("хат.pdf", PDF[:8] + b" " * LARGEST_ENCLOSURE + b"%%EOF")) == 409
    assert send(officer, office, number, ("хат.pdf", b" " * (LARGEST_ENCLOSURE + 70_000))) == 413
    assert office.found(number).ticks == ()
    most = len(office.found(number).asked)
    for _ in range(MOST_ENCLOSURES // most):
        assert send(officer, office, number, *[("хат.pdf", PDF)] * most) == 200
    assert send(officer, office, number, *[("хат.pdf", PDF)] * most) == 409


def test_whoever_confirms_a_condition_leaves_the_approval_to_another(office: Office, visit: Visit) -> None:
    number = drafted(office)
    office.confirm("asel", number)
    for deed in (Deed.APPROVE, Deed.RETURN, Deed.REJECT):
        with pytest.raises(DecisionRefused, match="reason=own"):
            office.decide("asel", number, deed)
    reviewer = browser(visit, office, "asel")
    assert f'name="decision" value="{number}:' not in reviewer.get("/suggestions?step=approve").text
    assert 'value="approve"' not in reviewer.get(f"/decisions/{number}").text
    other = browser(visit, office, "bolat")
    assert f'name="decision" value="{number}:' in other.get("/suggestions?step=approve").text
    office.decide("bolat", number, Deed.APPROVE)


def test_an_extension_waits_for_the_consent_of_its_supplier(office: Office, visit: Visit) -> None:
    number = drafted(office, EXTENDED)
    officer = browser(visit, office, "aigul")
    said = text_of(officer.get(f"/decisions/{number}").text)
    assert office.found(number).agreed is Agreed.UNSAID
    assert WORDS.say("agreed.said.not_asked") not in said  # nobody said so
    assert WORDS.say("consent.unknown", supplier="ТОО «Байланыс»") in said
    assert WORDS.say("consent.ask", who="officer@example.org") in said
    assert ConditionId.SUPPLIER_CONSENT in office.found(number).missing
    with pytest.raises(DecisionRefused, match="reason=missing"):
        office.decide("asel", number, Deed.APPROVE)
    office.confirm("aigul", number)
    assert office.found(number).agreed is Agreed.YES
    office.decide("asel", number, Deed.APPROVE)


def test_the_answer_to_the_question_is_the_consent_and_a_refusal_bars_an_extension(office: Office) -> None:
    (row,) = office.draft("aigul", STALLED, wanted=Wanted(Agreed.NO, RouteId.EXTENSION, REASON))
    assert (row.number, row.code) == (None, Block.REFUSED)
    number = drafted(office, Wanted(Agreed.YES, RouteId.EXTENSION, REASON))
    assert ConditionId.SUPPLIER_CONSENT not in office.found(number).missing


def test_of_many_only_those_are_extended_whose_suppliers_agreed(office: Office, visit: Visit) -> None:
    fill(office.engine, TenderRow("T-10", ENDING, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    officer, needs = browser(visit, office, "aigul"), [f"channel {school}" for school in (ENDING, STALLED)]
    page = officer.post("/suggestions", data={"need": needs})
    assert f'name="agreed" value="channel {ENDING}"' in page.text
    assert f'name="agreed" value="channel {STALLED}"' not in page.text  # its contract has ended
    wanted = {"need": needs, "shown": shown(page.text)}
    made = officer.post("/suggestions/drafts", data=wanted)
    assert text_of(made.text).count(WORDS.say("decision_refused.no_consent")) == 1
    assert f'href="/suggestions/{ENDING}?service=channel"' in made.text  # where to answer
    office.decide("aigul", 1, Deed.WITHDRAW)
    for consent in ({"agreed": needs[:1]}, {"confirmed": "all"}):  # row by row, or for all at once
        made = officer.post("/suggestions/drafts", data={**wanted, **consent})
        found = [office.found(int(number)) for number in set(re.findall(r"/decisions/(\d+)", made.text))]
        agreed = {each.route: each.agreed for each in found}
        assert agreed.pop(RouteId.EXTENSION) is Agreed.YES
        assert set(agreed.values()) == {Agreed.UNSAID}
        for each in found:
            office.decide("aigul", each.number, Deed.WITHDRAW)
