"""One sentence says what is wrong and one what to do next, in the reader's language."""

from __future__ import annotations

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, assessed
from tests.domain.casefiles import Case, read_cases
from tracker.clock import LEGAL_ZONE
from tracker.domain.assess import assess
from tracker.domain.errors import DayNotReadable, FileRefused
from tracker.domain.findings import Assessment
from tracker.domain.register import ImportIssue
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import Language, Stage
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
            "Байланыс арнасы қызметі 2027 ж. 1 қаңтардан бері жоқ (15 күн); қызмет 2027 ж. 29 қаңтардан "
            "басталады деп күтіледі; ашық конкурс: «өтінімдерді қарау» кезеңі, мерзімнен 9 жұмыс "
            "күніне асты.",
        ),
        (
            Language.RU,
            "Нет услуги канала связи с 1 января 2027 г. (15 дней); услуга ожидается с 29 января 2027 г.; "
            "открытый конкурс: стадия «рассмотрение заявок», срок превышен на 9 рабочих дней.",
        ),
        (
            Language.EN,
            "No communication channel service since 1 January 2027 (15 days); service is expected from "
            "29 January 2027; open tender: stage “review of bids”, 9 working days over its term.",
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
    assert told.need(found) == "Договоров на услугу канала связи в учете нет; идущей закупки нет."
    assert told.when(found) == "договора в учете нет"
    assert told.step(found) == "Объявить закупку."


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


def everything_said(voice: Voice, found: Assessment) -> list[str]:
    """All that a page may say of an assessment."""
    said = [voice.sentences.need(found), voice.sentences.step(found), voice.sentences.when(found)]
    said.append(voice.sentences.reply("№ 1", found))
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
        "1 школа без услуги, 2 потеряют ее за 30 дней, 5 закупок затянулись."
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
