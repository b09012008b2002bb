"""What a letter counts of the queue opens it, filtered for just that (experience R1)."""

from __future__ import annotations

from tests.reminders.test_letters import HOME, LETTERS, Page, a_line, bare, written
from tracker.domain.vocabulary import Language


def test_the_counts_of_a_letter_open_the_queue_filtered_for_them() -> None:
    lost = {"kind": "cover_end", "consequence": "service_lost", "stage": None}
    ahead: dict[str, object] = {"due_on": "2027-01-31", "timing": "ahead", "working_days_left": 11}
    in_time: dict[str, object] = {"loses_on": None}  # a tender will serve by then: the queue tells of no loss
    letter = written(
        LETTERS[Language.RU],
        a_line(),
        a_line(**{**lost, **ahead, "consequence_on": "2027-02-01", **in_time}, school_id="4", keys=["4"]),
        *(a_line(**lost, school_id=school, keys=[school]) for school in ("1", "2")),
        a_line(**{**lost, **ahead, "consequence_on": "2027-02-01"}, school_id="3", keys=["3"]),
    )
    page = Page(letter.html)
    told = "2 школы без услуги, 1 школа скоро потеряет услугу, 1 школа с затянувшейся закупкой"
    assert bare(told) in bare(page.text)
    asked = ["state=uncovered", "within=90", "flag=tender_stalled"]
    found = [link for link in page.links if "/queue?" in link]
    assert found == [f"{HOME}/queue?{each}" for each in asked]
    assert all(link in letter.text for link in found)
