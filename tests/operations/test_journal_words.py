"""An auditor reads the details of the journal in words of her language, and nothing of an entry is lost."""

from __future__ import annotations

import ast
import re

import pytest
from sqlalchemy import Engine

from tests.people import a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.domain.acts import Act
from tracker.domain.people import Reach
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.feeds.columns import COLUMNS
from tracker.paths import PACKAGE
from tracker.render.catalogs import load_catalogs
from tracker.services import enrolling, issuing
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.services.issuing import Wanted
from tracker.store.engine import transaction
from tracker.web.pages.journal import APART

CATALOGS = load_catalogs()
AUDITOR = a_person(Role.AUDITOR, name="aigul")
HER = Described("Сәуле", Role.HEAD, Reach(frozenset({"59"}), frozenset({("10", "Абай")})))
AUTHOR = Author("cli:root", NOW, "10.1.2.3")


@pytest.fixture
def told(empty: Engine) -> Engine:
    """A journal of acts as the services tell them."""
    sign_in(empty, AUDITOR)
    with transaction(empty) as session:
        invited = enrolling.invite(session, AUTHOR, email="saule@example.kz", described=HER)
        enrolling.change(session, AUTHOR, invited.person_id, Described("Сәуле", Role.AUDITOR, Reach()))
        wanted = Wanted.read(name="x", scope="read", region="59", days="90")
        issuing.issue(session, AUTHOR, invited.person_id, wanted)
        AUTHOR.note(session, Act.SIGN_IN, "person:1", by="oidc+recovery")
        AUTHOR.note(
            session, Act.EXPORT, "queue", rows=1234, on="2027-01-15", searched=False,
            filters="region=59&state=uncovered", format="csv",
        )  # fmt: skip
        AUTHOR.note(session, Act.DECREE, "calendar", day="2027-01-04", working=False, decree="№ 1")
        herself = f"person:{invited.person_id}"
        program = Author(herself, NOW, "10.1.2.3", "token:0a1b2c3d4e5f")
        program.note(session, Act.CASE_TAKEN_OVER, "school:S-1", holder=herself)
        program.note(session, Act.BEGIN_ASKED, "school:S-1", people=[herself, herself])
        changes = ["end_on: 2027-12-05 → 2026-12-05", "district: – → Абай"]
        program.note(session, Act.CORRECTION, "contracts", keys=["K-5 / S-1 / channel"], changes=changes)
        program.note(session, Act.LEADS_SET, "contract:K-5", leads=["60d", "120d-unless-begun", "soon"])
        AUTHOR.note(session, Act.EXPORT, "report", report="weekly", known="2027-01-15T06:00:00+00:00")
        AUTHOR.note(
            session, Act.REFUSED, "POST /imports", reason="too_many_tries", times=3, unheard="as it is"
        )
    return empty


@pytest.mark.parametrize("language", Language)
def test_details_are_words_of_the_reader(told: Engine, visit: Visit, language: Language) -> None:
    said = text_of(visit(told, language, person=AUDITOR).get("/journal").text)
    words = CATALOGS[language]
    lines = [
        ("deed.regions", words.say("region.59")),
        ("deed.role", words.say("role.head")),
        ("deed.before", words.say("role.head")),
        ("deed.purpose", words.say("deed.purpose.invitation")),
        ("deed.person", "Сәуле"),
        ("deed.holder", "Сәуле"),
        ("deed.people", "Сәуле, Сәуле"),
        ("deed.via", words.say("deed.subject.token", mark="0a1b2c3d4e5f")),
        ("deed.scope", words.say("token_scope.read")),
        ("deed.by", f"{words.say('deed.by.oidc')} + {words.say('deed.by.recovery')}"),
        ("deed.searched", words.say("person.no")),
        ("deed.working", words.say("person.no")),
        ("deed.day", "04.01.2027"),
        ("deed.times", "3"),
        ("deed.keys", f"K-5 / S-1 / {words.say('service.channel')}"),
        ("deed.report", words.say("report.kind.weekly")),
        ("deed.known", "15.01.2027 11:00"),
    ]
    for label, value in lines:
        assert f"{words.say(label)}: {value}" in said
    assert f"{words.say('filter.region')} – {words.say('region.59')}" in said
    assert f"{words.say('filter.state')} – {words.say('state.uncovered')}" in said
    end_on = next(column for column in COLUMNS[RegisterKind.CONTRACTS] if column.name == "end_on")
    assert f"{getattr(end_on, language)}: 05.12.2027 → 05.12.2026, " in said
    assert not re.search(r"\b(?:120d|60d)\b|weekly|end_on|district:|UTC|T06:00", said)
    assert words.say("refused.too_many_tries") in said
    assert words.say("deed.subject.calendar") in said
    assert "unheard: as it is" in said
    assert not re.search(r"\[|\]|'59'|person:[0-6]|None|False", said)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("act", Act)
def test_every_act_is_told_in_words_in_its_entry_and_in_the_filter(
    empty: Engine, visit: Visit, act: Act, language: Language
) -> None:
    sign_in(empty, AUDITOR)
    with transaction(empty) as session:
        AUTHOR.note(session, act, "person:1")
    page = visit(empty, language, person=AUDITOR).get(f"/journal?act={act}").text
    words = CATALOGS[language].say(f"act.{act}")
    (row,) = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert words in text_of(row).splitlines()
    assert f'<option value="{act}" selected>{words}</option>' in page


def details_of_acts() -> set[str]:
    """The names under which the program notes details, but for those that have columns of their own."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "note"
    ]
    return {each.arg for call in calls for each in call.keywords if each.arg} - set(APART)


@pytest.mark.parametrize("language", Language)
def test_a_detail_stands_beside_its_name_and_never_beside_a_code(
    empty: Engine, visit: Visit, language: Language
) -> None:
    names = sorted(details_of_acts())
    assert {"role", "rows", "by", "failed", "checked_to"} <= set(names)
    sign_in(empty, AUDITOR)
    with transaction(empty) as session:
        AUTHOR.note(session, Act.EXPORT, "queue", **dict.fromkeys(names, 7))
    page = visit(empty, language, person=AUDITOR).get("/journal").text
    told = re.findall(r"<li>(.*?): 7</li>", page)
    assert len(told) == len(names)
    assert set(told).isdisjoint(names)


@pytest.mark.parametrize("language", Language)
def test_operators_read_words_beside_the_names_of_the_database(
    told: Engine, visit: Visit, language: Language
) -> None:
    said = text_of(visit(told, language).get("/operations").text)
    for name in ("journal_mode", "synchronous", "busy_timeout"):
        assert CATALOGS[language].say(f"database.{name}") in said
        assert name in said


def test_what_is_empty_on_the_page_is_whole_in_the_file(told: Engine, visit: Visit) -> None:
    client = visit(told, person=AUDITOR)
    assert CATALOGS[Language.KK].say("deed.schools") + ":" not in text_of(client.get("/journal").text)
    file = client.post("/journal/export", data={"format": "csv"}).text
    assert '""schools"":[]' in file
