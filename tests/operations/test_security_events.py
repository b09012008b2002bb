"""Every act that bears on safety is found in the journal: who, when in UTC, from where and why (OBS-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accounts.conftest import PASSWORD, SECRET, Place
from tests.commands import Commands
from tests.operations.places import places_of
from tests.operations.story import ELSEWHERE, HOME, NEW_PASSWORD, OFFICE, SCHOOLS, Story
from tests.web.register import NOW
from tracker.domain.acts import NOBODY, Act
from tracker.paths import PACKAGE
from tracker.settings import Settings
from tracker.store import journal
from tracker.store.engine import make_engine, reading
from tracker.store.journal import Entry

LATER: frozenset[Act] = frozenset()
"""Acts that no page and no command does yet: their words stand ready."""

BY_COMMAND = frozenset({Act.DECREE, Act.DEMO, Act.MAIL_RETURNED})
"""Acts that no page does; each is asked where its command is."""


REASONED = frozenset({Act.CORRECTION, Act.CORRECTION_REFUSED}) | {
    Act.REFUSED,
    Act.SIGN_IN_REFUSED,
    Act.STRANGERS_REFUSED,
}
"""Acts of which the journal says why. Why a deadline is held, has leads of its own, or a decision is made
stands with it (decisions 54 and 88), for it may name people; at all the others nobody is asked why."""


@pytest.fixture(scope="module")
def lived(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A day on which everything happened."""
    path = tmp_path_factory.mktemp("story") / "tracker.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    place = Place(make_engine(f"sqlite:///{path}"), Settings(secret=SECRET, smtp_url="smtp://127.0.0.1:9"))
    story = Story(place)
    story.live()
    yield story
    place.engine.dispose()


@pytest.mark.parametrize("act", [act for act in Act if act not in LATER | BY_COMMAND])
def test_every_act_of_a_page_is_told_with_who_when_and_where(lived: Story, act: Act) -> None:
    entries = lived.told(act)
    assert entries, f"nobody wrote {act} down"
    for entry in entries:
        assert entry.at == NOW
        assert entry.at.utcoffset() == timedelta(0)
        assert re.fullmatch(rf"person:\d+|{NOBODY}", entry.actor)
        assert entry.details["address"] in (OFFICE, HOME, ELSEWHERE)


@pytest.mark.parametrize(
    ("act", "who", "where"),
    [
        (Act.SIGN_IN_REFUSED, "stranger", ELSEWHERE),
        (Act.STRANGERS_REFUSED, "stranger", ELSEWHERE),
        (Act.SIGN_IN, "admin", OFFICE),
        (Act.REFUSED, "head", HOME),
        (Act.IMPORT, "head", HOME),
        (Act.IMPORT_TAKEN_BACK, "head", HOME),
        (Act.EXPORT, "head", HOME),
        (Act.PURCHASE_STEP, "head", HOME),
        (Act.TOKEN_ADDED, "head", HOME),
        (Act.FEED_ADDED, "head", HOME),
        (Act.FEED_REVOKED, "head", HOME),
        (Act.SECOND_FACTOR_ON, "head", HOME),
        (Act.PASSWORD_CHANGED, "head", HOME),
        (Act.PERSON_ADDED, "admin", OFFICE),
        (Act.ROLE_CHANGED, "admin", OFFICE),
        (Act.PERSON_ERASED, "admin", OFFICE),
        (Act.JOURNAL_CHECKED, "admin", OFFICE),
        (Act.SIGN_OUT, "admin", OFFICE),
    ],
)
def test_an_act_is_told_of_whoever_did_it_at_her_address(
    lived: Story, act: Act, who: str, where: str
) -> None:
    marks = {"admin": lived.admin.mark, "head": lived.head.mark, "stranger": NOBODY}
    first = lived.told(act)[0]
    assert (first.actor, first.details["address"]) == (marks[who], where)


def test_what_was_acted_on_and_why_is_told(lived: Story) -> None:
    officer = f"person:{lived.officer}"
    (changed,) = lived.told(Act.ROLE_CHANGED)
    assert (changed.subject, changed.details["before"], changed.details["role"]) == (
        officer, "officer", "reviewer",
    )  # fmt: skip
    refused, in_attack = lived.told(Act.REFUSED)
    assert (refused.subject, refused.details["reason"]) == ("GET /people", "not_allowed")
    assert (in_attack.subject, in_attack.details["reason"]) == ("POST /sign-in", "strangers_refused")
    (guessed,) = lived.told(Act.SIGN_IN_REFUSED)
    assert (guessed.subject, guessed.details["reason"]) == (lived.head.mark, "password")
    imported, *_ = lived.told(Act.IMPORT)
    assert (imported.subject, imported.details["new"]) == ("schools", 1)


def why(entry: Entry) -> object:
    """The reason of an entry."""
    return entry.details.get("reason")


def test_why_is_told_of_every_act_that_is_asked_why(lived: Story) -> None:
    told = {act: lived.told(act) for act in Act}
    with_reason = {
        act for act, entries in told.items() if any(each.details.get("reason") for each in entries)
    }
    assert with_reason == REASONED
    assert not [act for act in REASONED if not all(each.details.get("reason") for each in told[act])]


def test_no_entry_holds_a_password_a_secret_a_name_or_an_address_of_post(lived: Story) -> None:
    with reading(lived.place.engine) as session:
        everything = " ".join(f"{entry.subject} {entry.detail}" for entry in journal.entries(session))
        assert journal.verify_chain(session) is None
    for secret in (PASSWORD, NEW_PASSWORD, SECRET, "guess", "Нұрлан", "nurlan", "asel", "@", "trk_"):
        assert secret not in everything, secret


def test_the_addresses_of_others_are_for_auditors_only(lived: Story) -> None:
    head = lived.at_home
    head.sign_in(lived.head.email, NEW_PASSWORD)
    answer = head.get("/api/v1/imports")
    assert answer.status_code == 200
    assert HOME not in answer.text
    assert [run["kind"] for run in answer.json()["imports"]] == ["contracts", "contracts", "schools"]


def test_commands_are_told_with_the_account_of_the_machine(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.good("migrate")
    commands.good("import", "schools", commands.file("s.csv", SCHOOLS))
    commands.good("calendar", "set", "2027-03-09", "--off", "--decree", "№ 7")
    commands.good("export", "schools", "out.csv")
    engine = make_engine(f"sqlite:///{commands.database}")
    with reading(engine) as session:
        told = {entry.action: entry for entry in journal.entries(session)}
    engine.dispose()
    assert set(told) == {Act.IMPORT, Act.DECREE, Act.EXPORT}
    assert all(entry.actor.startswith("cli:") for entry in told.values())
    assert told["export"].details["rows"] == 1


def test_an_act_of_a_command_is_asked_beside_its_command() -> None:
    asked = places_of(Path(__file__).parents[1], BY_COMMAND)
    assert {act for act, files in asked.items() if set(files) - {Path(__file__).name}} == BY_COMMAND


def test_acts_that_wait_for_their_pages_are_done_by_nothing_yet() -> None:
    assert places_of(PACKAGE, LATER) == {}
    assert set(places_of(PACKAGE, set(Act) - LATER)) == set(Act) - LATER
