"""Who is next in line reads which deadlines did not reach somebody (reliability §3 rule 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.reminders.test_letters import HOME, ON, Page, a_line, bare
from tests.reminders.test_letters import letters as letters
from tracker.domain.messages import ChannelKind, Letter
from tracker.render.letters import Letters
from tracker.render.lost_letters import Loss, lost
from tracker.render.told import Told


def lost_letter(letters: Letters, *losses: Loss, channel: ChannelKind = ChannelKind.MAIL) -> Letter:
    """The letter that tells the next in line of these losses."""
    return lost(letters, losses, Letter("k", "b@example.kz", letters.language, "", ""), channel, ON)


def test_a_letter_of_what_was_lost_says_who_and_how_much_in_one_line(letters: Letters) -> None:
    loss = Loss(7, "Сәуле\r\nBcc: x", ChannelKind.MAIL, "rejected", "550 <no> such user", 3)
    lost = lost_letter(letters, loss)
    assert "Сәуле Bcc: x" in lost.subject
    assert "\n" not in lost.subject
    assert "550 <no> such user" in lost.text
    assert "550 &lt;no&gt; such user" in lost.html
    assert "3" in lost.text
    assert f"{HOME}/deadlines" in lost.text


def test_a_letter_of_what_was_lost_names_each_deadline_and_counts_those_it_leaves_out(
    letters: Letters,
) -> None:
    told = tuple(Told.of(a_line(school_id=f"99074000{number:04}")) for number in range(25))
    poison = replace(told[0], region="no such region")
    losses = (
        Loss(7, "Сәуле", ChannelKind.MAIL, "refused", "550 no", 1 + len(told), (poison, *told)),
        Loss(8, "Дана", ChannelKind.TELEGRAM, "blocked", "", 1),
    )
    letter, words = lost_letter(letters, *losses), letters.voice.words
    assert letters.voice.formats.count("letter.lost.subject.many", 2) == letter.subject
    for said in (letter.text, Page(letter.html).text):
        assert bare(words.say("deadline_act.stage_due", stage=words.say("stage.bids"))) in bare(said)
        assert bare(letters.voice.formats.full(date(2027, 1, 13))) in bare(said)
        assert bare(letters.voice.formats.count("letter.more", 6)) in bare(said)
        assert bare(words.say("letter.lost.page", name="Дана")) in bare(said)
    links = Page(letter.html).links
    assert f"{HOME}/purchases/{told[0].school_id}?number=T-1" in links
    assert {f"{HOME}/reminders?person=7", f"{HOME}/reminders?person=8"} <= set(links)
    told_program = lost_letter(letters, *losses, channel=ChannelKind.WEBHOOK).facts["lost"]
    assert isinstance(told_program, list)
    first, second = told_program
    assert (len(first["deadlines"]), first["more"], second["deadlines"]) == (20, 6, [])
