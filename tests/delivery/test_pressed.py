"""What somebody presses in a chat is done once, and the message there says so and takes its buttons away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.delivery.conftest import Service
from tests.delivery.test_by_command import chat, pressed
from tests.loops import run
from tests.store.rows import record
from tests.web.register import COVERED, NOW, a_contract, day
from tracker.domain.holds import Hold, HoldKind
from tracker.domain.people import Reach
from tracker.domain.register import TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderEventKind, TenderStatus
from tracker.store import holds, people
from tracker.store.engine import reading, transaction


@pytest.fixture
def marks(service: Service) -> dict[str, str]:
    """Two officers of a school were told in their chats when its service ends: the marks of their buttons."""
    record(
        service.engine,
        a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"),
        TenderRow("T-1", COVERED, TenderStatus.ACTIVE, published_on=day("2026-12-21")),
        TenderEventRow("T-1", TenderEventKind.SUSPENDED, day("2026-12-23")),
        at=NOW,
    )
    for name, language, to in (("r", Language.RU, "500"), ("o", Language.KK, "600")):
        with transaction(service.engine) as session:
            person = people.add_person(
                session, email=f"{name}@example.kz", name=name, role=Role.OFFICER,
                reach=Reach(schools=frozenset({COVERED})), at=NOW - timedelta(days=300), language=language,
            )  # fmt: skip
        service.connect(person, to)
    service.round()
    return {letter.to: letter.reference for letter in service.telegram.got}


def said(engine: Engine, *presses: dict[str, object]) -> tuple[list[str], list[dict[str, object]]]:
    """What those who press are told at once, and how the messages in their chats are changed."""

    async def listen() -> tuple[list[str], list[dict[str, object]]]:
        async with chat(engine, list(presses)) as (outgoing, asked):
            assert outgoing.ear is not None
            await outgoing.ear.listen()
            await outgoing.dispatcher.run()
            notices = [each.json for each in asked if each.path.endswith("/answerCallbackQuery")]
            edits = [each.json for each in asked if each.path.endswith("/editMessageText")]
            return [str(each["text"]) for each in notices], edits

    return run(listen())


def kept(engine: Engine) -> list[tuple[int, HoldKind]]:
    """Who holds what."""

    def order(hold: Hold) -> tuple[int, str]:
        return hold.person, hold.kind

    with reading(engine) as session:
        found = sorted(holds.holds(session, since=NOW.date()), key=order)
    return [(hold.person, hold.kind) for hold in found]


@pytest.mark.parametrize(
    ("action", "kind", "answer", "again", "title"),
    [
        (
            "snooze", HoldKind.SNOOZED, "Отложено на неделю.", "Вы уже отложили этот срок.",
            "Отложено до 22.01.2027",
        ),
        (
            "done", HoldKind.ACKNOWLEDGED, "Принято.", "Этим сроком уже занимаются.",
            "✓ В работе до 14.02.2027",
        ),
    ],
    ids=["snooze", "done"],
)  # fmt: skip
def test_the_message_says_what_was_done_and_a_second_press_says_so_and_changes_nothing(
    service: Service, marks: dict[str, str], action: str, kind: HoldKind, answer: str, again: str, title: str
) -> None:
    data = f"{action}:{marks['500']}"
    [notice], [edit] = said(service.engine, pressed(1, 500, data))
    assert notice.startswith(answer)
    assert (edit["chat_id"], edit["message_id"]) == (500, 7)
    text, markup = str(edit["text"]), str(edit["reply_markup"])
    assert text.startswith(f"{title}\n")
    assert f"/schools/{COVERED}" in text
    assert ("callback_data" in markup, f"/schools/{COVERED}" in markup) == (False, True)
    assert kept(service.engine) == [(1, kind)]
    assert said(service.engine, pressed(2, 500, data)) == ([f"{again} Ничего не изменено."], [])
    assert kept(service.engine) == [(1, kind)]


def test_what_was_put_off_may_be_taken_up_and_what_a_colleague_took_up_is_not_taken_up_again(
    service: Service, marks: dict[str, str]
) -> None:
    mine, hers = marks["500"], marks["600"]
    strange = pressed(1, 600, f"done:{mine}")
    presses = [
        pressed(2, 500, f"snooze:{mine}"),
        pressed(3, 500, f"done:{mine}"),
        pressed(4, 600, f"done:{hers}"),
    ]
    assert said(service.engine, strange) == (["Бұл мерзім енді жоқ."], [])
    assert kept(service.engine) == []
    notices, edits = said(service.engine, *presses)
    assert [notice.partition(".")[0] for notice in notices] == [
        "Отложено на неделю", "Принято", "Бұл мерзім қолға алынып қойған",
    ]  # fmt: skip
    assert len(edits) == 3
    last = {edit["chat_id"]: str(edit["text"]).partition("\n")[0] for edit in edits}
    assert last == {500: "✓ В работе до 14.02.2027", 600: "✓ Қолға алынды, 14.02.2027 күніне дейін"}
    assert kept(service.engine) == [(1, HoldKind.ACKNOWLEDGED), (1, HoldKind.SNOOZED)]


def test_what_is_over_by_the_time_the_message_is_changed_is_ticked_off_and_not_called_taken_up(
    service: Service, marks: dict[str, str]
) -> None:
    async def press() -> None:
        async with chat(service.engine, [pressed(1, 500, f"done:{marks['500']}")]) as (outgoing, _):
            assert outgoing.ear is not None
            await outgoing.ear.listen()

    run(press())
    record(service.engine, a_contract("K-1-2", COVERED, "2027-02-15", "2027-12-31"), at=service.now)
    service.telegram.got.clear()
    service.round()
    assert {(letter.replaces, letter.subject, letter.buttons) for letter in service.telegram.got} == {
        ("7", "✓ Готово", ())
    }
