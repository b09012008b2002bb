"""One sentence says what is wrong and one what to do next, in the reader's language."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, assessed
from tests.domain.casefiles import Case, read_cases
from tracker.clock import LEGAL_ZONE
from tracker.domain.assess import assess
from tracker.domain.errors import DayNotReadable, FileRefused
from tracker.domain.findings import Assessment
from tracker.domain.register import ImportIssue
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import ConditionId, FlagKind, Language, RouteId, Stage, TenderStatus
from tracker.law.loader import load_calendar, load_policy
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import Voice, make_voices

VOICES = make_voices(load_catalogs(), zone=LEGAL_ZONE)

STALLED = assessed(
    a_need(
        a_line("2026-01-01", "2026-12-31"),
        tenders=[a_tender("2026-12-01", stage=(Stage.EVALUATION, "2026-12-25"))],
        needed_from="2026-01-01",
    ),
    "2027-01-15",
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.KK,
            "Байланыс арнасы қызметі 2027 ж. 1 қаңтардан бері жоқ (15 күн); кезең мерзімінен асты, сондықтан "
            "қызмет 2027 ж. 29 қаңтардан ертерек басталмайды; ашық конкурс: «өтінімдерді қарау» кезеңі, "
            "мерзімнен 9 жұмыс күніне асты.",
        ),
        (
            Language.RU,
            "Нет услуги канала связи с 1 января 2027 г. (15 дней); срок этапа истёк, поэтому услуга "
            "начнётся не раньше 29 января 2027 г.; открытый конкурс: этап «рассмотрение заявок», срок "
            "превышен на 9 рабочих дней.",
        ),
        (
            Language.EN,
            "No communication channel service since 1 January 2027 (15 days); the stage is over its term, so "
            "service will not begin before 29 January 2027; open tender: stage “review of bids”, 9 working "
            "days over its term.",
        ),
    ],
)
def test_the_sentence_names_the_days_the_stage_and_the_delay(language: Language, said: str) -> None:
    assert plain(VOICES[language].sentences.need(STALLED)) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.KK, "15.01.2027 – 14.03.2027 кезеңіне ұсыну: "),
        (Language.RU, "Предложить на 15.01.2027 – 14.03.2027: "),
        (Language.EN, "Propose for 15.01.2027 – 14.03.2027: "),
    ],
)
def test_the_next_step_names_the_window_and_never_promises(language: Language, said: str) -> None:
    step = VOICES[language].sentences.step(STALLED)
    careful = {Language.KK: "қолданылуы мүмкін", Language.RU: "может применяться", Language.EN: "may apply"}
    assert step.startswith(said)
    assert careful[language] in step


def test_a_need_that_no_line_ever_served_has_no_invented_day() -> None:
    found = assessed(a_need(), "2027-01-15")
    told = VOICES[Language.RU].sentences
    assert told.need(found) == "Договоров на услугу канала связи в учёте нет; идущей закупки нет."
    assert told.when(found) == "договора в учёте нет"
    assert told.step(found) == "Объявить закупку."


def test_where_a_report_is_due_nobody_is_told_that_there_is_nothing_to_do() -> None:
    told = VOICES[Language.RU].sentences
    quiet = assessed(a_need(a_line("2026-01-01", "2027-12-31")), "2026-11-22")
    assert told.step(quiet) == "Ничего делать не нужно."
    due = "Разместить отчёт о договоре до подведения итогов не позднее 30 ноября 2026 г."
    assert plain(told.step(quiet, report=date(2026, 11, 30))) == due
    unsaid = assessed(a_need(a_line("2026-01-01", None)), "2026-11-22")
    both = told.step(unsaid, report=date(2026, 11, 30))
    assert plain(both) == f"{due} Внести последний день договора."


def test_an_open_end_is_told_as_not_known() -> None:
    found = assessed(a_need(a_line("2026-01-01", None)), "2027-01-15")
    told = VOICES[Language.RU].sentences
    assert told.need(found) == "У договора на услугу канала связи не указан последний день."
    assert told.step(found) == "Внести последний день договора."


def test_a_gap_ahead_is_told_with_both_days() -> None:
    found = assessed(
        a_need(a_line("2026-01-01", "2026-12-31"), a_line("2027-01-10", "2027-12-31", number="2")),
        "2026-12-20",
    )
    assert "ожидается перерыв 01.01.2027 – 09.01.2027 (9 дней)" in VOICES[Language.RU].sentences.need(found)


def test_an_interim_is_never_called_temporary() -> None:
    found = assessed(a_need(an_interim("2027-01-01", "2027-02-28")), "2027-01-15")
    assert "до подведения итогов, по 28 февраля 2027 г." in VOICES[Language.RU].sentences.need(found)


def test_what_to_announce_is_told_with_the_last_day_to_do_so() -> None:
    year = a_line("2026-01-01", "2026-12-31")
    planned = a_tender(None, status=TenderStatus.PLANNED, planned_on="2026-11-20")
    told = VOICES[Language.EN].sentences
    for found in (
        assessed(a_need(year, tenders=[planned]), "2026-11-22"),
        assessed(a_need(year), "2026-11-22"),
    ):
        assert plain(told.step(found)) == "Announce the tender by 2 December 2026: later means a gap."
    late = assessed(a_need(year), "2026-12-15")
    assert told.step(late) == "Announce the tender now: the last day to do so without a gap was 02.12.2026."
    failed = a_tender("2026-10-01", status=TenderStatus.UNSUCCESSFUL, ended_on="2026-11-10")
    again = told.step(assessed(a_need(year, tenders=[failed]), "2026-11-22"))
    assert plain(again) == "Announce a repeat tender by 2 December 2026: later means a gap."


RUNNING = assessed(
    a_need(
        a_line("2026-01-01", "2026-12-11"),
        tenders=[a_tender("2026-11-10", stage=(Stage.EVALUATION, "2026-11-20"))],
    ),
    "2026-11-22",
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.KK, "Күту: «өтінімдерді қарау» кезеңі 2026 ж. 25 қарашаға дейін."),
        (Language.RU, "Ждать: этап «рассмотрение заявок» идёт по 25 ноября 2026 г."),
        (Language.EN, "Wait: the stage “review of bids” runs until 25 November 2026."),
    ],
)
def test_a_tender_in_time_is_waited_for_until_a_day(language: Language, said: str) -> None:
    assert plain(VOICES[language].sentences.step(RUNNING)) == said


def test_a_late_end_that_would_cost_service_is_told_before_a_gap_is_likely() -> None:
    assert RUNNING.projected_gap is None
    told = VOICES[Language.EN].sentences.need(RUNNING)
    assert "if the tender runs late, service is missing 12.12.2026 – 30.12.2026 (19 days)" in told


def test_a_stage_that_ended_before_days_off_is_not_told_to_be_no_days_over() -> None:
    tender = a_tender("2026-12-01", stage=(Stage.EVALUATION, "2026-12-22"))
    found = assessed(a_need(a_line("2026-01-01", "2026-12-31"), tenders=[tender]), "2026-12-27")
    assert found.tender is not None
    assert (found.tender.days_over, found.tender.is_stalled) == (0, True)
    told = VOICES[Language.EN].sentences.tender(found.tender)
    assert (
        told == "open tender: stage “review of bids”, its term ended on 25.12.2026, with only days off since"
    )


def test_a_tender_that_was_held_asks_for_its_contract_in_every_place() -> None:
    held = a_tender("2026-11-01", status=TenderStatus.COMPLETE, ended_on="2026-12-20")
    found = assessed(a_need(a_line("2026-01-01", "2026-12-31"), tenders=[held]), "2027-01-15")
    voice = VOICES[Language.EN]
    assert voice.sentences.step(found) == "Record the signed contract."
    assert voice.explanations.step(FlagKind.NO_TENDER, found) == "Record the signed contract."


def test_a_term_that_nothing_started_does_not_apply() -> None:
    found = assessed(
        a_need(a_line("2026-01-01", "2026-12-31"), tenders=[a_tender("2026-12-01")]), "2027-01-15"
    )
    assert found.answer is not None
    route = next(one for one in found.answer.routes if one.id is RouteId.AFTER_FAILURE)
    decided = next(one for one in route.conditions if one.id is ConditionId.DECIDED_IN_TIME)
    assert VOICES[Language.EN].explanations.condition(decided).startswith("Does not apply")


def everything_said(voice: Voice, found: Assessment) -> list[str]:
    """All that a page may say of an assessment."""
    said = [voice.sentences.need(found), voice.sentences.step(found), voice.sentences.when(found)]
    said.append(voice.sentences.reply("№ 1", found, voice.sentences.step(found)))
    for flag in found.flags:
        said.append(voice.explanations.compared(flag, found, confirmed_on=None))
        said.append(voice.explanations.step(flag.kind, found))
    for route in found.answer.routes if found.answer else ():
        for condition in route.conditions:
            said.append(voice.explanations.condition(condition))
            said += [voice.explanations.fact(name, value) for name, value in condition.facts]
    return said


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
@pytest.mark.parametrize("language", Language)
def test_every_situation_of_the_case_files_can_be_told(case: Case, language: Language) -> None:
    policy, calendar = load_policy(), load_calendar(case.decrees)
    for expected in case.expected:
        history = StageHistory.of(case.finished, expected.on, policy=policy, calendar=calendar)
        found = assess(case.facts, expected.on, policy=policy, calendar=calendar, history=history)
        said = everything_said(VOICES[language], found)
        assert all(said)
        assert not [text for text in said if ".." in text or "{" in text or "None" in text]


def test_the_board_counts_in_words() -> None:
    told = VOICES[Language.RU].sentences
    assert told.board(uncovered=1, losing=2, days=30, stalled=5) == (
        "1 школа без услуги, 2 потеряют её за 30 дней, у 5 школ закупка затянулась."
    )
    assert "Школ без услуги нет" in told.board(uncovered=0, losing=0, days=30, stalled=0)


def test_a_refused_file_says_why() -> None:
    refused = FileRefused(reason="too_large", limit_mib=20)
    assert VOICES[Language.RU].sentences.error(refused) == "Файл не прочитан. Файл больше 20 МБ."
    assert "2027-01-15" in VOICES[Language.KK].sentences.error(DayNotReadable(value="x"))


def test_an_issue_fills_its_places_with_readable_days() -> None:
    issue = ImportIssue(7, "end_on", "2025-01-01", "end_before_start", (("start", "2026-01-31"),))
    assert VOICES[Language.RU].sentences.issue(issue) == "Конец раньше начала (31.01.2026)."


def test_values_of_the_law_have_their_units() -> None:
    told = VOICES[Language.RU].explanations
    assert plain(told.value(3932, "tenge")) == "3 932 ₸"
    assert told.value(2, "months") == "2 месяца"
    assert told.value(True, "switch") == "да"
