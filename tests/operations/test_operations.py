"""Operators see whether the service is fit: by machine, by Prometheus and in words with what to do."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.clock import FixedClock, legal_day
from tracker.domain.acts import Act
from tracker.domain.messages import ChannelKind
from tracker.domain.people import NOWHERE, TokenScope
from tracker.domain.roles import Role
from tracker.domain.vocabulary import FlagKind, Language, State
from tracker.render.catalogs import load_catalogs
from tracker.scheduler import Tick, ticking
from tracker.services import conditions, operating
from tracker.services.conditions import Level
from tracker.services.evaluating import Book
from tracker.store import assessments, attempts, flags, jobs, journal, outbox, people, tokens
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
from tracker.store.outbox import Note
from tracker.store.scope import EVERYTHING

TODAY = legal_day(NOW)
BOOK = Book.load()
HALF_FULL = SimpleNamespace(total=2**40, used=2**39, free=2**39)


def tick(engine: Engine) -> None:
    Tick(engine, BOOK, FixedClock(NOW))()


def test_anybody_learns_that_the_process_lives_also_without_a_database(visit: Visit) -> None:
    answer = visit(make_engine("sqlite:///nowhere.db"), person=None).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_a_server_that_judged_today_and_ticks_is_ready(filled: Engine, visit: Visit) -> None:
    sign_in(filled, a_person(Role.MINISTRY))
    tick(filled)
    answer = visit(filled, person=None).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": []})


def reasons(engine: Engine, client: TestClient) -> list[str]:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unready"
    found: list[str] = answer.json()["reasons"]
    return found


def test_every_reason_for_not_being_ready_is_a_code(filled: Engine, visit: Visit) -> None:
    client = visit(filled, person=None)
    assert reasons(filled, client) == ["not_evaluated_today"]
    with transaction(filled, seeing=EVERYTHING) as session:
        operating.judge(session, now=NOW, today=TODAY - timedelta(days=1), book=BOOK)
        late = NOW - timedelta(seconds=121)
        jobs.record(session, Job.TICK, began_at=late, ended_at=late)
    assert reasons(filled, client) == ["not_evaluated_today", "tick_late"]


def test_an_attack_on_the_sign_in_is_told_and_takes_no_server_off_the_network(
    filled: Engine, visit: Visit
) -> None:
    sign_in(filled, a_person(Role.MINISTRY))
    tick(filled)
    with transaction(filled) as session:
        attempts.raise_alarm(session, now=NOW)
    answer = visit(filled, person=None).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "reasons": ["strangers_refused"]})


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "schema_old"),
        ("UPDATE alembic_version SET version_num = '9999'", "schema_newer"),
        ("DROP TABLE job_run", "database_damaged"),
    ],
)
def test_a_database_of_another_schema_or_a_torn_one_is_not_ready(
    empty: Engine, visit: Visit, statement: str, reason: str
) -> None:
    client = visit(empty, person=None)
    with empty.begin() as connection:
        connection.execute(text(statement))
    assert reasons(empty, client) == [reason]


def test_no_database_is_not_ready(visit: Visit) -> None:
    engine = make_engine("sqlite:///nowhere.db")
    assert reasons(engine, visit(engine, person=None)) == ["schema_missing"]


def test_a_stopped_tick_is_missed_after_a_while_a_dead_one_at_once(empty: Engine) -> None:
    with ticking(Tick(empty, BOOK, FixedClock(NOW))):
        pass
    beat = Tick(empty, BOOK, FixedClock(NOW))
    beat()
    beat.stop()
    with reading(empty) as session:
        assert jobs.last_runs(session)[Job.TICK].outcome is Outcome.STOPPED
    later = NOW + conditions.AWAY
    assert operating.shortcomings(empty, now=later, today=TODAY) == ()
    later += timedelta(seconds=1)
    assert operating.shortcomings(empty, now=later, today=TODAY) == ("tick_late",)
    beat()
    beat.stop(away=conditions.BY_COMMAND)
    assert operating.shortcomings(empty, now=later, today=TODAY) == ()
    beat()
    assert operating.shortcomings(empty, now=NOW + timedelta(seconds=121), today=TODAY) == ("tick_late",)
    beat.stop(is_dead=True)
    assert operating.shortcomings(empty, now=NOW, today=TODAY) == ("job_failed",)
    late = operating.shortcomings(empty, now=NOW + timedelta(seconds=121), today=TODAY)
    assert late == ("tick_late", "job_failed")


def test_the_tick_reads_the_whole_journal_once_a_day(empty: Engine) -> None:
    moment = NOW
    beat = Tick(empty, BOOK, FixedClock(NOW))
    beat()
    with transaction(empty) as session:
        journal.append(session, at=moment, actor="demo", action=Act.DEMO, subject="x", detail={})
    beat()
    with reading(empty) as session:
        assert jobs.last_runs(session)[Job.JOURNAL_CHECK].detail["seq"] == 0
    beat.stop()
    tick(empty)
    with reading(empty) as session:
        assert jobs.last_runs(session)[Job.JOURNAL_CHECK].detail["seq"] == 1


def test_only_one_of_many_schedulers_leads_and_another_does_when_it_is_gone(engine: Engine) -> None:
    first, second = (Tick(engine, BOOK, FixedClock(NOW)) for _ in range(2))
    assert (first(), second(), first()) == (True, False, True)
    first.stop()
    assert second()


@pytest.mark.parametrize("fault", [RuntimeError("бұзылды"), ImportError("jinja2"), KeyError("school")])
@pytest.mark.parametrize("step", ["judge", "owe", "prove", "look_after", "alarm"])
def test_flt_26_a_step_that_fails_is_told_of_and_keeps_no_other_from_its_turn(
    empty: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch, step: str, fault: Exception
) -> None:
    def fail(_: object) -> None:
        raise fault

    beat = Tick(empty, BOOK, FixedClock(NOW))
    with monkeypatch.context() as broken:
        broken.setattr(beat, f"_{step}", fail)
        assert beat()
    with reading(empty) as session:
        runs = jobs.last_runs(session)
    outcomes = {job: run.outcome for job, run in runs.items()}
    failed = {
        "judge": Job.EVALUATION, "owe": Job.REMINDERS, "prove": Job.CANARY, "look_after": Job.UPKEEP,
        "alarm": Job.ALARM,
    }[step]  # fmt: skip
    assert {job for job, outcome in outcomes.items() if outcome is Outcome.FAILED} == {failed}
    assert set(outcomes) >= {Job.EVALUATION, Job.REMINDERS, Job.UPKEEP, Job.TICK} - {failed}
    client = visit(empty, Language.EN)
    client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # an app of ours
    page = client.get("/operations").text
    assert "failed" in text_of(page)
    assert "notice-alarm" in page
    beat()
    with reading(empty) as session:
        run = jobs.last_runs(session).get(failed)
    assert run is None or run.outcome is not Outcome.FAILED


def test_messages_that_are_late_and_those_that_came_to_nothing_are_told(empty: Engine) -> None:
    with transaction(empty) as session:
        person = people.add_person(
            session, email="a@example.kz", name="A", role=Role.OFFICER, reach=NOWHERE, at=NOW
        )
        outbox.put(session, [Note("k", person, ChannelKind.MAIL, "test", 0, NOW)], at=NOW)
    tick(empty)
    assert "messages_late" not in operating.shortcomings(empty, now=NOW + timedelta(minutes=15), today=TODAY)
    assert "messages_late" in operating.shortcomings(empty, now=NOW + timedelta(minutes=16), today=TODAY)
    with transaction(empty) as session:
        held = outbox.claim(session, ChannelKind.MAIL, "a", now=NOW, lease=timedelta(minutes=1))
        assert held is not None
        outbox.dead(session, held.id, "a", at=NOW, code="refused", answer="550 no such user")
    assert operating.shortcomings(empty, now=NOW, today=TODAY) == ("messages_dead",)
    assert {"messages_late", "messages_dead"} <= operating.BEARABLE


def samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_metrics_agree_with_what_is_stored(filled: Engine, visit: Visit) -> None:
    tick(filled)
    found = samples(visit(filled))
    with reading(filled, seeing=EVERYTHING) as session:
        stored = assessments.stored(session, EVERYTHING)
        raised = flags.open_flags(session, EVERYTHING)
    for state in State:
        of_state = [
            value
            for (name, labels), value in found.items()
            if name == "tracker_needs" and ("state", state) in labels
        ]
        told = sum(of_state)
        assert told == sum(need.state is state for need in stored), state
    for kind in FlagKind:
        assert found["tracker_flags", (("kind", kind.value),)] == sum(flag.kind is kind for flag in raised)
    assert found["tracker_queue_needs", ()] == len({(flag.school_id, flag.service) for flag in raised})
    assert found["tracker_stalled_tenders", ()] == 1
    assert found["tracker_job_ended_timestamp_seconds", (("job", "evaluation"),)] == NOW.timestamp()


def test_metrics_tell_ages_and_counts_and_nothing_of_a_school(filled: Engine, visit: Visit) -> None:
    with transaction(filled) as session:
        for act in (Act.SIGN_IN_REFUSED, Act.SIGN_IN_REFUSED, Act.IMPORT):
            journal.append(
                session,
                at=NOW - timedelta(hours=2),
                actor="visitor",
                action=act,
                subject="schools",
                detail={},
            )
    client = visit(filled)
    found = samples(client)
    assert found["tracker_journal_entries", (("act", "sign_in_refused"),)] == 2
    assert found["tracker_journal_length", ()] == 3
    assert found["tracker_import_age_seconds", (("kind", "schools"),)] == 7200
    assert "9907400" not in client.get("/metrics").text


def token_of(engine: Engine, scope: TokenScope, region: str | None = None) -> str:
    sign_in(engine, ADMIN)
    with transaction(engine) as session:
        number = people.number_of(session, ADMIN.email) or 0
        token, _ = tokens.add_token(
            session,
            number,
            name="prometheus",
            scope=scope,
            region=region,
            at=NOW,
            expires_at=NOW + timedelta(days=30),
        )
    return token


def test_prometheus_comes_with_a_token_that_may_operate(filled: Engine, visit: Visit) -> None:
    client = visit(filled, person=None)
    for scope, status in ((TokenScope.OPERATE, 200), (TokenScope.READ, 403)):
        token = token_of(filled, scope)
        assert client.get("/metrics", headers={"authorization": f"Bearer {token}"}).status_code == status


def test_nobody_else_is_told_anything_not_even_on_this_machine(filled: Engine, visit: Visit) -> None:
    for page in ("/metrics", "/operations"):
        assert visit(filled, person=None).get(page, follow_redirects=False).status_code in (303, 401)
        for role in Role:
            status = visit(filled, person=a_person(role, "59")).get(page).status_code
            assert status == (200 if role is Role.ADMIN else 403), (page, role)


@pytest.mark.parametrize("language", Language)
def test_the_page_says_what_is_wrong_and_what_to_do(filled: Engine, visit: Visit, language: Language) -> None:
    sign_in(filled, a_person(Role.MINISTRY))
    client = visit(filled, language)
    before = client.get("/operations")
    assert before.status_code == 200
    tick(filled)
    after = client.get("/operations")
    assert before.text.count("tag-uncovered") == after.text.count("tag-uncovered") + 1
    assert "tracker evaluate" in text_of(before.text)
    assert BOOK.policy.fingerprint in after.text
    assert "journal_mode" in after.text


def test_what_cannot_be_seen_is_said_to_be_unknown(filled: Engine, visit: Visit) -> None:
    tick(filled)
    said = text_of(visit(filled, Language.EN).get("/operations").text)
    assert "The program does not see backups yet." in said
    assert "Never taken in from a file." in said


@pytest.mark.parametrize("language", Language)
def test_what_is_unknown_is_named_above_and_is_not_called_good(
    filled: Engine, visit: Visit, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: HALF_FULL)  # whatever this machine's disk is
    sign_in(filled, a_person(Role.MINISTRY))
    tick(filled)
    with reading(filled, seeing=EVERYTHING) as session:
        found = operating.all_conditions(session, filled, now=NOW, today=TODAY, book=BOOK)
    unknown = [each for each in found if each.level is Level.UNKNOWN]
    assert {each.code for each in unknown} >= {"file", "backup"}
    assert not any(each.level is Level.BAD for each in found)
    page, words = visit(filled, language).get("/operations").text, load_catalogs()[language]
    assert words.say("operations.unknown") in text_of(page)
    assert words.say("operations.good") not in text_of(page)
    above = text_of(page.split("<table", 1)[0])
    for each in unknown:
        assert words.say(f"operation.{each.code}") in above
    assert page.count('class="tag tag-unknown"') == len(unknown)
    assert page.count('class="tag tag-covered"') == len(found) - len(unknown)
    for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL):
        if "tag-unknown" in row:
            assert words.say("operations.level.unknown") in text_of(row)
            assert words.say("operations.level.good") not in text_of(row)


def test_an_admin_has_the_journal_read_and_that_is_noted(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.EN)
    assert client.post("/operations/journal").status_code == 200
    assert "Fits up to entry 0 of 1" in text_of(client.get("/operations").text)
    with reading(filled) as session:
        (entry,) = journal.entries(session, action=Act.JOURNAL_CHECKED)
    assert entry.details == {"address": "testclient", "broken": None, "checked_to": 0}


def test_conditions_are_told_on_both_databases(engine: Engine) -> None:
    with reading(engine, seeing=EVERYTHING) as session:
        found = operating.all_conditions(session, engine, now=NOW, today=TODAY, book=BOOK)
    levels = {each.code: each.level.value for each in found}
    assert levels["evaluation"] == "bad"
    assert levels["backup"] == "unknown"
    assert levels["room"] == ("unknown" if engine.dialect.name == "postgresql" else levels["room"])
