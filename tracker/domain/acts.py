"""What the journal keeps: the acts of people, commands and programs, as a closed list of words."""

from __future__ import annotations

from enum import StrEnum

NOBODY = "visitor"
"""Who acts where nobody is signed in."""


class Act(StrEnum):
    """One kind of entry; pages name it in three languages (``act.<word>``)."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    STRANGERS_REFUSED = "strangers_refused"
    SIGN_OUT = "sign_out"
    REFUSED = "refused"
    EXPORT = "export"
    IMPORT = "import"
    DECREE = "decree"
    CORRECTION = "correction"
    CORRECTION_REFUSED = "correction_refused"
    FACTS_CONFIRMED = "facts_confirmed"
    SCHOOL_ASKED = "school_asked"
    SCHOOL_ANSWERED = "school_answered"
    ANSWER_SETTLED = "answer_settled"
    ASK_TAKEN_BACK = "ask_taken_back"
    DECISION = "decision"
    PERSON_ADDED = "person_added"
    NAME_CHANGED = "name_changed"
    ROLE_CHANGED = "role_changed"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PERSON_ERASED = "person_erased"
    TOKEN_ADDED = "token_added"  # noqa: S105 – a word of the list, no secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 – as above
    FEED_ADDED = "feed_added"
    FEED_REVOKED = "feed_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 – as above
    LINK_MADE = "link_made"
    SESSIONS_ENDED = "sessions_ended"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    JOURNAL_CHECKED = "journal_checked"
    CLOCK_CONFIRMED = "clock_confirmed"
    ACKNOWLEDGED = "deadline_acknowledged"
    SNOOZED = "deadline_snoozed"
    SUBSTITUTE_SET = "substitute_set"
    SUBSTITUTE_ENDED = "substitute_ended"
    BEGIN_ASKED = "begin_asked"
    LEADS_SET = "leads_set"
    LEADS_RESET = "leads_reset"
    WAY_ADDED = "way_added"
    WAY_REMOVED = "way_removed"
    MAIL_RETURNED = "mail_returned"
    CASE_GIVEN = "case_given"
    CASE_RELEASED = "case_released"
    CASE_TAKEN_OVER = "case_taken_over"
    NOTE_ADDED = "note_added"
    NOTE_PINNED = "note_pinned"
    VIEW_KEPT = "view_kept"
    VIEW_FORGOTTEN = "view_forgotten"
    DEMO = "demo"
