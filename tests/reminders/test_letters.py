"""A letter says what the digest was kept with, in each language, and nothing of it can break out (REM-10)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.channels.mail_text import mail_of
from tracker.clock import LEGAL_ZONE
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.vocabulary import Consequence, DeadlineKind, Language, Stage, Timing
from tracker.law.loader import load_policy
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import make_voices
from tracker.render.letter_size import LARGEST, size_of
from tracker.render.letters import ANSWERS, Letters, make_letters
from tracker.render.told import one_line
from tracker.render.way_letters import bad_way

HOME = "https://tracker.example.kz"
LETTERS = make_letters(
    make_voices(load_catalogs(), zone=LEGAL_ZONE), clauses=load_policy().clauses, home=HOME
)
ON = date(2027, 1, 15)


def a_line(**more: object) -> dict[str, Any]:
    """A stage that is two working days over, as a digest keeps it."""
    line: dict[str, Any] = {
        "keys": ["stage_due:T-1:2027-01-13:7:1w"],
        "kind": "stage_due",
        "identity": ["T-1", "bids"],
        "due_on": "2027-01-13",
        "timing": "late",
        "working_days_left": -2,
        "consequence": "tender_stalled",
        "consequence_on": "2027-01-14",
        "is_late": False,
        "needs": 1,
        "school_id": "990740000001",
        "school": {"name": "School A", "name_kk": "А мектебі", "name_ru": "Школа А"},
        "region": "59",
        "district": "Петропавл",
        "service": "channel",
        "number": "T-1",
        "stage": "bids",
        "fact": None,
        "clauses": ["stage.open_tender.bids"],
        "is_assumed": True,
    }
    return {**line, **more}


def a_body(*lines: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a digest."""
    return {"on": ON.isoformat(), "lines": list(lines)}


def written(letters: Letters, *lines: Mapping[str, Any], channel: ChannelKind = ChannelKind.MAIL) -> Letter:
    """The letter of these lines."""
    letter = letters.digest(a_body(*lines), key="digest:7", to="a@example.kz", channel=channel)
    assert letter is not None
    return letter


@pytest.fixture(params=Language)
def letters(request: pytest.FixtureRequest) -> Letters:
    """The letters of each language."""
    language: Language = request.param
    return LETTERS[language]


def bare(text: str) -> str:
    """A text without its spaces, of which there are many kinds."""
    return "".join(text.split())


class Page(HTMLParser):
    """What a mail program would show, and what it would follow or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "style", "onclick")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(self.words)


def test_a_letter_says_what_is_due_where_until_when_and_what_follows(letters: Letters) -> None:
    letter = written(letters, a_line())
    name = {"kk": "А мектебі", "ru": "Школа А", "en": "School A"}[letters.language]
    words = letters.voice.words
    for said in (
        words.say("deadline_act.stage_due", stage=words.say("stage.bids")),
        name,
        words.say("region.59"),
        letters.voice.formats.full(date(2027, 1, 13)),
        letters.voice.formats.count("deadlines.over", 2),
        words.say("consequence.tender_stalled.since", on="14.01.2027"),
        load_policy().clauses["stage.open_tender.bids"].about[letters.language],
        words.say("policy.assumed"),
        "T-1",
    ):
        assert bare(said) in bare(letter.text)
        assert bare(said) in bare(Page(letter.html).text)
    assert f"{HOME}/purchases/990740000001?number=T-1" in letter.text
    assert f"{HOME}/purchases/990740000001?number=T-1" in Page(letter.html).links


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "Wednesday, 13 January 2027"),
        (Language.RU, "среда, 13 января 2027 г."),
        (Language.KK, "13 қаңтар, сәрсенбі"),
    ],
)
def test_the_weekday_is_the_one_of_the_day(language: Language, said: str) -> None:
    assert bare(said) in bare(written(LETTERS[language], a_line()).text)


def test_counts_come_first_and_the_worst_names_the_letter() -> None:
    end = a_line(
        kind="cover_end", timing="ahead", working_days_left=3, consequence="service_lost", keys=["b"]
    )
    letter = written(LETTERS[Language.RU], a_line(), end, a_line(keys=["c"]))
    assert letter.subject == "3 срока, 2 просрочено: Завершить этап «приём заявок» – Школа А"
    assert letter.text.startswith("Просрочено: 2. Впереди: 1.")
    assert written(LETTERS[Language.EN], a_line()).subject.startswith("Finish the stage")


def test_what_is_told_late_is_marked_so(letters: Letters) -> None:
    mark = letters.voice.words.say("letter.told_late")
    for channel in (ChannelKind.MAIL, ChannelKind.TELEGRAM):
        assert mark in written(letters, a_line(is_late=True), channel=channel).text
        assert mark not in written(letters, a_line(), channel=channel).text


def test_lines_that_were_taken_back_are_left_out_and_a_letter_of_nothing_is_none(letters: Letters) -> None:
    body = a_body(a_line(keys=["a", "b"]), a_line(keys=["c"], school_id="990740000002"))

    def left(*withdrawn: str) -> Letter | None:
        return letters.digest(body, key="k", to="a@example.kz", withdrawn=withdrawn)

    one, both = left("c"), left("a")
    assert one is not None
    assert both is not None
    assert "990740000002" not in one.text
    assert "990740000001" in one.text
    assert "990740000001" in both.text
    assert left("a", "b", "c") is None


@pytest.mark.parametrize("channel", ChannelKind)
def test_hundreds_of_lines_fit_and_say_how_many_more_there_are(
    letters: Letters, channel: ChannelKind
) -> None:
    long = {"name": "Ұ" * 300, "name_kk": "Ұ" * 300, "name_ru": "Ж\n" * 300}
    letter = written(letters, *(a_line(school=long) for _ in range(600)), channel=channel)
    mail = mail_of(
        letter,
        sender="t@example.kz",
        receiver=letter.to,
        host="example.kz",
        at=datetime(2027, 1, 15, tzinfo=UTC),
    )
    sent = json.dumps(letter.facts).encode() if channel is ChannelKind.WEBHOOK else mail
    assert len(sent) <= size_of(letter) <= LARGEST
    if channel is ChannelKind.WEBHOOK:
        shown = letter.facts["lines"]
        assert isinstance(shown, list)
        assert letter.facts["more"] == 600 - len(shown)
    else:
        shown_lines = letter.text.count(f"{HOME}/purchases/")
        assert letters.voice.formats.count("letter.more", 600 - shown_lines) in letter.text


def test_a_day_that_is_stated_is_told_with_the_fact_that_states_it(letters: Letters) -> None:
    letter = written(letters, a_line(fact="end_on", clauses=[], is_assumed=False))
    said = letters.voice.words.say("letter.basis", basis=letters.voice.words.say("deadline_fact.end_on"))
    assert said in letter.text
    assert said in Page(letter.html).text


def test_a_line_that_cannot_be_put_into_words_is_left_out_and_counted(letters: Letters) -> None:
    for poison in (a_line(school=None), a_line(region="no such region"), a_line(kind="no such kind")):
        letter = written(letters, a_line(), {**poison, "school_id": "990740000666"}, a_line(keys=["c"]))
        assert letters.voice.formats.count("letter.unreadable", 1) in letter.text
        assert letters.voice.formats.count("letter.unreadable", 1) in Page(letter.html).text
        assert "990740000666" not in letter.text
        assert letter.text.count(f"{HOME}/purchases/") == 2
        with pytest.raises(LookupError):
            written(letters, poison)


def test_who_reads_in_anothers_place_is_told_for_whom(letters: Letters) -> None:
    body = a_body(a_line(instead_of=[7, 8]))
    letter = letters.digest(body, key="k", to="a@example.kz", names={7: "Сәуле\nBcc: x", 9: "nobody"})
    assert letter is not None
    assert letters.voice.words.say("letter.instead_of", names="Сәуле Bcc: x") in letter.text
    assert letters.digest(body, key="k", to="a@example.kz", seen=frozenset()) is None


def test_one_deadline_can_be_answered_by_a_button_and_many_only_opened(letters: Letters) -> None:
    one, many = written(letters, a_line()), written(letters, a_line(), a_line(keys=["b"]))
    assert [(each.action, bool(each.url)) for each in one.buttons] == [
        ("done", False), ("snooze", False), ("open", True),
    ]  # fmt: skip
    assert [each.action for each in many.buttons] == ["open"]
    assert len({letters.answer(code) for code in ANSWERS}) == len(ANSWERS)


def test_a_test_message_tells_of_no_deadline(letters: Letters) -> None:
    test = letters.test(key="test:1", to="a@example.kz", channel=ChannelKind.MAIL)
    assert test.facts["type"] == "test"
    assert f"{HOME}/schools" not in test.text + test.html


def test_a_program_is_told_codes_and_days_and_no_words() -> None:
    letter = written(LETTERS[Language.KK], a_line(needs=4), channel=ChannelKind.WEBHOOK)
    told = letter.facts["lines"]
    assert isinstance(told, list)
    [line] = told
    assert line["tender_number"] == "T-1"
    assert line["contract_number"] is None
    assert (line["due_on"], line["timing"], line["working_days_left"]) == ("2027-01-13", "late", -2)
    assert (line["consequence"], line["assumed"], line["needs"]) == ("tender_stalled", True, 4)
    assert line["url"] == f"{HOME}/purchases/990740000001?number=T-1"


NAMES = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\0\u2028\u202e<>&\"'{}%"), max_size=40)
LINES = st.builds(
    a_line,
    kind=st.sampled_from([*DeadlineKind]).map(str),
    due_on=st.dates(date(2026, 1, 1), date(2028, 12, 31)).map(date.isoformat),
    timing=st.sampled_from([Timing.LATE, Timing.TODAY, Timing.AHEAD]).map(str),
    working_days_left=st.integers(0, 400),
    consequence=st.sampled_from([*Consequence]).map(str),
    consequence_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)).map(date.isoformat),
    school=st.builds(dict, name=NAMES, name_kk=st.none() | NAMES, name_ru=st.none() | NAMES),
    district=st.none() | NAMES,
    number=st.none() | NAMES,
    stage=st.none() | st.sampled_from([*Stage]).map(str),
    school_id=st.from_regex(r"[0-9]{12}", fullmatch=True),
)


@settings(max_examples=10_000 if os.environ.get("NIGHTLY") == "true" else 1_000, deadline=None)
@given(line=LINES, language=st.sampled_from(Language))
def test_a_letter_of_anything_parses_back_to_what_it_was_made_of(
    line: dict[str, Any], language: Language
) -> None:
    line["working_days_left"] *= -1 if line["timing"] == "late" else 1
    letters = LETTERS[language]
    letter, page = written(letters, line), Page("")
    page.feed(letter.html)
    kept = BytesParser(policy=default).parsebytes(_mail(letter))
    assert bare(kept["subject"]) == bare(letter.subject)
    assert set(kept.keys()) <= {
        "Subject", "To", "Content-Type", "MIME-Version", "Content-Transfer-Encoding",
    }  # fmt: skip
    names = line["school"]
    own = {"kk": names["name_kk"], "ru": names["name_ru"], "en": None}[language]
    name = one_line(own or "") or one_line(names["name"])
    for text in (bare(letter.text), bare(page.text)):
        assert bare(name) in text
        assert bare(letters.voice.formats.full(date.fromisoformat(line["due_on"]))) in text
        assert bare(letters.voice.words.say("region.59")) in text
    assert {link for link in page.links if "/queue?" not in link} == {place_of(line), f"{HOME}/reminders"}
    assert set(page.tags) <= {
        "html", "head", "meta", "title", "body", "h1", "p", "ol", "li", "strong", "a", "br", "em", "hr",
        "small",
    }  # fmt: skip
    assert f"\n   {place_of(line)}\n" in letter.text
    assert _days_of(letter.text, letters) == abs(line["working_days_left"]) or line["timing"] == "today"


def place_of(line: Mapping[str, Any]) -> str:
    """Where a deadline is answered: a stage and a start at the purchase, all else at the school."""
    number = one_line(line["number"] or "") if line["kind"] == "stage_due" else ""
    page = "purchases" if line["kind"] in ("stage_due", "latest_safe_start") else "schools"
    if page == "schools" and line["kind"] != "report":
        return f"{HOME}/schools/{line['school_id']}?from=queue"
    return f"{HOME}/{page}/{line['school_id']}" + (f"?{urlencode({'number': number})}" if number else "")


def _mail(letter: Letter) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"], mail["To"] = letter.subject, letter.to
    mail.set_content(letter.text)
    return mail.as_bytes()


def _days_of(text: str, letters: Letters) -> int | None:
    """The number of working days that a letter tells of its only line."""
    for code in ("deadlines.left", "deadlines.over"):
        for form in letters.voice.words.forms(code):
            pattern = re.escape(f"({form})").replace(r"\{n\}", r"([\d\s\xa0]+?)")
            if found := re.search(pattern, text):
                return int(re.sub(r"\D", "", found[1]))
    return None


def test_of_a_way_that_is_bad_the_letter_says_whose_by_which_channel_and_where_to_mend_it(
    letters: Letters,
) -> None:
    told = bad_way(
        letters, key="bad_way:1", to="b@example.kz", channel=ChannelKind.MAIL, name="Сәуле\r\nBcc: x",
        bad=ChannelKind.WEBHOOK, answer="410 <gone>",
    )  # fmt: skip
    assert "Сәуле Bcc: x" in told.subject
    assert "\n" not in told.subject
    assert "410 <gone>" in told.text
    assert "410 &lt;gone&gt;" in told.html
    assert f"{HOME}/reminders" in told.text


def test_of_a_way_whose_peer_said_nothing_the_letter_says_why_in_words(letters: Letters) -> None:
    told = bad_way(
        letters, key="k", to="b@example.kz", channel=ChannelKind.MAIL, name="", bad=ChannelKind.WEBHOOK,
        answer="inner",
    )  # fmt: skip
    for said in (told.text, Page(told.html).text):
        assert letters.voice.words.say("fault.inner") in said
        assert letters.voice.words.say("letter.lost.answer", answer="inner") not in said
