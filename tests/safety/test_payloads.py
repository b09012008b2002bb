"""Two thousand texts that would be more than text are asked of everything that takes one (WEB-7).

All of them stand in cells of files, and the words of all are searched for there. Each is asked of a list as
words, a district or a supplier, and comes in a header. One text of each class, another each time, is asked at
every address by every parameter that takes any text or that few addresses take, by every place in a path, and
by the fields of forms (``test_form_fields``). What many addresses ask alike, such as a day or a state, is
read in one place: it is asked one text at each of them. So not every parameter meets every text.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from time import process_time
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.office import Office
from tests.people import a_person
from tests.safety.payloads import CLASSES, PAYLOADS, ROWS
from tests.safety.routes import NOTES, dump, paths_with_places, questions
from tests.safety.test_queries import AT_ONCE, SEARCHED, spent
from tests.web.conftest import Visit
from tracker.domain.alphabet import search_key, search_terms
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

HEAD = a_person(Role.HEAD, "59", "71", name="head")
HEADERS = ("accept-language", "user-agent", "x-forwarded-for", "referer", "if-none-match")
UNKNOWN = ("order", "fields", "expand", "contract__school__region", "csrf", "id")
"""Parameters by which other programs sort and reach further."""

WORDS = ("q", "district", "supplier", "school_id", "number", "code")
"""Parameters that take any text."""

MANY = 6
"""How many addresses ask the same question at least, which is read in one place for all of them."""


@pytest.fixture
def client(filled: Engine, visit: Visit) -> TestClient:
    """An administrator."""
    return visit(filled, Language.EN, raises=False)


def faults_of(answers: Iterable[tuple[object, Response]], *allowed: int) -> list[object]:
    """What was answered otherwise."""
    return [(asked, answer.status_code) for asked, answer in answers if answer.status_code not in allowed]


def test_web_7_two_thousand_texts_are_asked() -> None:
    assert len(PAYLOADS) >= 2_000
    assert len(CLASSES) == 13


def test_web_7_no_parameter_carries_a_query_into_the_database(
    filled: Engine, client: TestClient, visit: Visit
) -> None:
    addresses, head = questions(client), visit(filled, Language.EN, raises=False, person=HEAD)
    before, rows, texts = dump(filled, without=NOTES), cycle(ROWS), cycle(PAYLOADS)
    hers = {path for path in addresses if client.get(path).status_code == 403}
    times = Counter(name for names in addresses.values() for name in names)
    asked = [
        ((path, name), text)
        for (path, names), foreign in zip(addresses.items(), cycle(UNKNOWN), strict=False)
        for name in (*names, foreign)
        for text in (next(rows) if 0 < times[name] < MANY or name in WORDS else [next(texts)])
    ]
    assert {("/queue", "supplier"), ("/people", "q"), ("/api/v1/needs", "q")} <= {place for place, _ in asked}
    answers = (
        ((path, name, text), whose.get(path, params={name: text}, follow_redirects=False))
        for (path, name), text in asked
        for whose in (head if path in hers else client,)
    )
    assert faults_of(answers, 200, 303, 400, 404) == []
    assert dump(filled, without=NOTES) == before


def test_web_7_no_list_takes_a_word_a_district_or_a_supplier_for_a_query(
    filled: Engine, client: TestClient
) -> None:
    """Each of the texts as one of these, and no question takes longer because a text says so."""
    before, texts, slow, told = dump(filled, without=NOTES), iter(PAYLOADS), [], []
    for path in cycle(sorted(SEARCHED)):
        names = ("q", "district", "supplier") if path == "/queue" else ("q", "district")
        params = dict(zip(names, texts, strict=False))
        if not params:
            break

        def ask(path: str, params: dict[str, str] = params) -> Response:
            return client.get(path, params=params)

        begun = process_time()
        told.append(((path, params), ask(path)))
        if process_time() - begun > AT_ONCE and spent(ask, path) > AT_ONCE:
            slow.append((path, params))
    assert faults_of(told, 200, 400) == []
    assert slow == []
    assert dump(filled, without=NOTES) == before


def test_web_7_no_place_of_a_path_does_either(filled: Engine, client: TestClient) -> None:
    before, rows = dump(filled, without=NOTES), cycle(ROWS)
    asked = [
        path.format(place=quote(text, safe="")) for path in paths_with_places(client) for text in next(rows)
    ]
    answers = ((path, client.get(path, follow_redirects=False)) for path in asked)
    assert faults_of(answers, 404, 400) == []
    assert dump(filled, without=NOTES) == before


def test_web_7_no_header_does_either(filled: Engine, client: TestClient) -> None:
    """All of the texts, in five headers at a time."""
    before, texts = dump(filled, without=NOTES), iter(PAYLOADS)
    while some := tuple(islice(texts, len(HEADERS))):
        headers = [(name.encode(), text.encode()) for name, text in zip(HEADERS, some, strict=False)]
        assert client.get("/asks", headers=headers).status_code == 200, some
    for text in next(iter(ROWS)):
        sent = [(b"authorization", text.encode()), (b"cookie", f"tracker={text}".encode())]
        assert client.get("/api/v1/needs", headers=sent).status_code == 401, text
    assert dump(filled, without=NOTES) == before


def file_of(*columns: str, cells: Sequence[Sequence[str]]) -> bytes:
    """A file with these columns."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows((columns, *cells))
    return text.getvalue().encode()


def plain(text: str) -> str:
    """What a file may hold: one with a zero byte is no text and is refused whole."""
    return text.replace("\x00", "")


TEXTS = tuple(dict.fromkeys(map(plain, PAYLOADS)))


@pytest.fixture
def office(empty: Engine) -> Office:
    """An office that took in files with each of the texts in every cell that takes one."""
    office, texts = Office(empty), tuple(enumerate(TEXTS))
    schools = [(f"S-{place}", text, text, text) for place, text in texts]
    lines = [(f"{place} {text}", f"S-{place}", "2027-01-01", text, text) for place, text in texts]
    tenders = [(f"{place} {text}", f"S-{place}", "active", text) for place, text in texts]
    titles = ("contract_number", "school_id", "start_on", "supplier_name", "%")
    for kind, data in (
        (RegisterKind.SCHOOLS, file_of("school_id", "name", "address", "'; --", cells=schools)),
        (RegisterKind.CONTRACTS, file_of(*titles, cells=lines)),
        (RegisterKind.TENDERS, file_of("tender_number", "school_id", "status", "title", cells=tenders)),
    ):
        office.take_in(kind, data, skip_bad_rows=True)
    return office


def test_web_7_no_cell_of_a_file_does_either_and_each_is_found_by_itself_alone(office: Office) -> None:
    """A name is found by its own words, and by those of another text only where it holds them all.

    Texts of the same words, which ask the same of the database, are searched for once.
    """
    keys = {
        row.school_id: search_key(f"{row.school_id} {row.name}")
        for row in office.rows(RegisterKind.SCHOOLS).values()
        if isinstance(row, SchoolRow)
    }
    refused = {text for place, text in enumerate(TEXTS) if f"S-{place}" not in keys}
    assert {text for text in refused if text.strip()} <= {plain(text) for text in CLASSES["control"]}
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(TEXTS):
        alike[search_terms(text)].append(place)
    wrong = []
    with reading(office.engine, seeing=EVERYTHING) as session:
        for terms, places in alike.items():
            text = TEXTS[places[0]]
            if not text.strip():
                continue  # an empty text names every school
            found = {row.school_id for row in registry.search_schools(session, EVERYTHING, text)}
            literal = {each for each in found if terms and all(term in keys[each] for term in terms)}
            own = {f"S-{place}" for place in places} & keys.keys() if terms else set()
            wrong += [] if own <= found <= literal else [(text, own - found, found - literal)]
    assert wrong == []
