"""Every code that people can meet has words in Kazakh, Russian and English; nothing is said outside them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from pathlib import Path

import pytest

from tracker.domain import decision_records, decisions, errors, messages, vocabulary
from tracker.domain.acts import Act
from tracker.domain.drafts import MISSING, DraftKind, GivenName
from tracker.domain.errors import TrackerError
from tracker.domain.interim import JUDGES
from tracker.domain.origins import How
from tracker.domain.policy import CLAUSES, DutyStart
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import ConditionId, ConditionStatus, FlagKind, Language, NextStep, State
from tracker.feeds.codes import ISSUES, NOTICES
from tracker.feeds.regions import REGIONS
from tracker.feeds.table_files import REASONS
from tracker.law.loader import LEAST, SWITCH, VERSION_DAYS, load_policy
from tracker.paths import bundled
from tracker.render.catalogs import Words, WordsMissing, load_catalogs, read_catalog
from tracker.services.operating import CODES
from tracker.store.engine import POSTGRESQL_REASONS, SQLITE_REASONS
from tracker.store.jobs import Job
from tracker.web.steps import Step

CATALOGS = load_catalogs()
ROOT = Path(__file__).resolve().parents[2]

DATABASE_REASONS = {"missing", "old", "newer", "damaged"}
IMPORT_CODES = {
    "contradicts",
    "out_of_reach",
    "school_unknown",
    "schools_by_comma",
    "service_off",
    "tender_unknown",
    "termination_undated",
    "day_ahead",
}
TEMPLATE_CODE = re.compile(r"""\b[tn]\(\s*'([a-z0-9_.-]+)'\s*[,)]""")
TEMPLATE_PREFIX = re.compile(r"""\b[tn]\(\s*'([a-z0-9_.-]+\.)'\s*~""")


def each(prefix: str, words: Iterable[str], suffix: str = "") -> list[str]:
    return [f"{prefix}.{word}{suffix}" for word in words]


def spoken_codes() -> list[str]:
    """Every code that is put together from a closed list of words."""
    return [
        *each("state", State),
        *each("flag", FlagKind),
        *each("flag", FlagKind, ".when"),
        *each("compared", FlagKind),
        *each("stage", vocabulary.Stage),
        *each("method", vocabulary.Method),
        *each("tender_status", vocabulary.TenderStatus),
        *each("sentence.tender", vocabulary.TenderStatus),
        *each("tender_event", vocabulary.TenderEventKind),
        *each("contract_kind", vocabulary.ContractKind),
        *each("contract_status", vocabulary.ContractStatus),
        *each("service", vocabulary.Service),
        *each("service", vocabulary.Service, ".of"),
        *each("sentence", State, ".bare"),
        *each("route", vocabulary.RouteId),
        *each("verdict", vocabulary.Verdict),
        *each("refusal", vocabulary.RefusalReason),
        *each("refusal", vocabulary.RefusalReason, ".instead"),
        *each("next_step", NextStep),
        *each("condition", ConditionId),
        *(f"condition.{one}.{status}" for one in ConditionId for status in ConditionStatus),
        *each("condition_status", ConditionStatus),
        *codes_of_deadlines(),
        *each("language", Language),
        *each("import_kind", RegisterKind),
        *codes_of_operations(),
        *codes_of_decisions(),
        *each("region", [*(region.code for region in REGIONS), "none"]),
        *each("duty_start", DutyStart),
        *each("unit", [*LEAST, f"{SWITCH}.on", f"{SWITCH}.off"]),
        *each("version_by", VERSION_DAYS),
        *each("issue", [*ISSUES, *NOTICES, *IMPORT_CODES]),
        *each("error.file_refused", REASONS),
        *each("error.database", {*SQLITE_REASONS.values(), *POSTGRESQL_REASONS.values(), *DATABASE_REASONS}),
        *(error.code for error in vars(errors).values() if is_error(error)),
        *(f"month.{month}.{case}" for month in range(1, 13) for case in ("since", "until")),
    ]


def codes_of_operations() -> list[str]:
    """Every code of what people and programs do, and of what is looked at."""
    came_in = [*each("history.fact", RegisterKind), *each("origin", How)]
    came_in += each("fault", messages.REASONS)
    return [*came_in, *each("act", Act), *each("alarm", CODES), *each("operation", CODES), *each("job", Job)]


def codes_of_papers() -> list[str]:
    """Every code of the papers of decisions, of what they lack and of what people state for them."""
    return [
        *each("papers", DraftKind),
        *each("papers.missing", MISSING),
        *each("papers.given", GivenName),
    ]


def codes_of_decisions() -> list[str]:
    """Every code of the closed lists by which people decide."""
    return [
        *codes_of_papers(),
        *each("decision_status", decisions.DecisionStatus),
        *each("decision_deed", decisions.Deed),
        *each("decision_refused", decisions.Block),
        *each("agreed", decisions.ANSWERS),
        *each("agreed.said", decisions.ANSWERS),
        *each("guard", decision_records.GuardKind),
        *each("guard_level", decision_records.Level),
        *(f"undo.{how}.{deed}" for how in ("one", "many") for deed in decision_records.UNDOABLE),
        *(f"step.{step}{part}" for step in Step for part in ("", ".lead", ".empty")),
    ]


def codes_of_deadlines() -> list[str]:
    """Every code of the closed lists of which deadlines and leads speak."""
    return [
        *each("deadline", vocabulary.DeadlineKind),
        *each("deadline_act", [*vocabulary.DeadlineKind, vocabulary.Consequence.TERM_UNKNOWN]),
        *each("consequence", vocabulary.Consequence),
        *each("consequence", vocabulary.Consequence, ".since"),
        *each("consequence", vocabulary.Consequence, ".from"),
        *each("timing", vocabulary.Timing),
        *each("lead_unit", vocabulary.LeadUnit),
    ]


def is_error(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, TrackerError)


def template_texts() -> list[tuple[str, str]]:
    folder = bundled("templates")
    return [
        (str(path.relative_to(folder)), path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))
    ]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture(params=Language)
def words(request: pytest.FixtureRequest) -> Words:
    language: Language = request.param
    return CATALOGS[language]


def test_every_code_of_every_closed_list_has_words(words: Words) -> None:
    assert [code for code in spoken_codes() if not words.knows(code)] == []


def test_every_code_that_a_template_names_has_words(words: Words) -> None:
    named = {code for _, text in template_texts() for code in TEMPLATE_CODE.findall(text)}
    assert len(named) > 100
    assert sorted(code for code in named if not words.knows(code)) == []


def test_every_family_of_codes_that_a_template_names_exists(words: Words) -> None:
    families = {prefix for _, text in template_texts() for prefix in TEMPLATE_PREFIX.findall(text)}
    assert (
        sorted(family for family in families if not any(code.startswith(family) for code in words.codes))
        == []
    )


def test_the_three_languages_say_the_same_codes() -> None:
    kazakh, russian, english = (set(CATALOGS[language].codes) for language in Language)
    assert kazakh == russian == english


def test_no_words_are_fuzzy_or_empty() -> None:
    for language in Language:
        for message in read_catalog(language):
            if message.id:
                forms = (message.string,) if isinstance(message.string, str) else message.string or ("",)
                assert not message.fuzzy, message.id
                assert all(form.strip() for form in forms), (language, message.id)


def test_places_in_a_sentence_agree_between_the_languages() -> None:
    differing = [
        code
        for code in CATALOGS[Language.EN].codes
        if len({frozenset(places(CATALOGS[language].forms(code)[0])) for language in Language}) > 1
    ]
    assert differing == []


def test_all_forms_of_a_counted_sentence_have_the_same_places(words: Words) -> None:
    for code in words.codes:
        assert len({frozenset(places(form)) for form in words.forms(code)}) == 1, code


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.KK, ["1 жұмыс күні", "2 жұмыс күні", "5 жұмыс күні", "21 жұмыс күні"]),
        (Language.RU, ["1 рабочий день", "2 рабочих дня", "5 рабочих дней", "21 рабочий день"]),
        (Language.EN, ["1 working day", "2 working days", "5 working days", "21 working days"]),
    ],
)
def test_counted_words_take_the_form_of_their_number(language: Language, said: list[str]) -> None:
    assert [CATALOGS[language].count("days.working", number) for number in (1, 2, 5, 21)] == said


def test_a_code_without_words_is_an_error(words: Words) -> None:
    with pytest.raises(WordsMissing):
        words.say("no.such.code")


def test_details_of_every_issue_and_refusal_fill_their_sentences(words: Words) -> None:
    for code, details in {**ISSUES, **NOTICES}.items():
        assert places(words.forms(f"issue.{code}")[0]) <= set(details), code
    for reason, details in REASONS.items():
        assert places(words.forms(f"error.file_refused.{reason}")[0]) <= set(details), reason


def test_nothing_is_ever_said_to_be_permitted() -> None:
    forbidden = {
        Language.KK: r"рұқсат етеді|заң бойынша болады|уақытша шарт",
        Language.RU: r"закон разрешает|разрешено законом|можно заключить|временн\w+ договор",
        Language.EN: r"\blaw (permits|allows)\b|\bis (permitted|allowed)\b|temporary contract",
    }
    for language, phrase in forbidden.items():
        texts = [form for code in CATALOGS[language].codes for form in CATALOGS[language].forms(code)]
        texts += [route.title[language] for route in load_policy().routes]
        assert [text for text in texts if re.search(phrase, text, re.IGNORECASE)] == []


@pytest.mark.parametrize(("name", "text"), template_texts(), ids=[name for name, _ in template_texts()])
def test_templates_hold_no_sentence_of_their_own(name: str, text: str) -> None:
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^<>]*>", " ", text, flags=re.DOTALL)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", bare, flags=re.DOTALL)
    letters = re.findall(r"[^\W\d_]+", re.sub(r"<!doctype html>|<[^<>]*>", " ", bare))
    assert set(letters) <= {"DEMO"}, letters


@pytest.mark.parametrize(("name", "text"), template_texts(), ids=[name for name, _ in template_texts()])
def test_templates_load_only_our_script_and_carry_no_style(name: str, text: str) -> None:
    own = re.sub(r'<script (?:type="module"|defer) src="\{\{ asset\([^<>]*\}\}"></script>', "", text)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", own)
    assert name == "base.html" or not re.search(r"\shx-|data-hx", own)


def test_every_condition_that_is_judged_is_known_to_the_words() -> None:
    assert set(JUDGES) == set(ConditionId)


def test_every_clause_reads_in_three_languages() -> None:
    policy = load_policy()
    assert set(policy.clauses) >= CLAUSES
    assert all(clause.about[language] for clause in policy.clauses.values() for language in Language)
