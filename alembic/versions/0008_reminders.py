"""What is watched, told and waiting to go out; ways to reach people, holds, substitutes, feeds, leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def word(name: str, *values: str) -> sa.Enum:
    """A closed list."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


SERVICE = word("service", "channel", "cctv", "alarm", "guard")
DEADLINE = word(
    "deadline_kind",
    "cover_end", "interim_end", "latest_safe_start", "stage_due", "single_source_decision", "report",
    "facts_to_confirm",
)  # fmt: skip
HOLD = word("hold_kind", "acknowledged", "snoozed")
CHANNEL = word("channel", "mail", "telegram", "webhook", "other")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"


def upgrade() -> None:
    """Make the tables; on PostgreSQL what is watched stands behind the second lock."""
    what_is_told()
    who_is_told()
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE watched ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE watched FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY within_scope ON watched USING ({EVERYTHING} OR {OWN_SCHOOL})"
            f" WITH CHECK ({EVERYTHING} OR {OWN_SCHOOL})"
        )


def what_is_told() -> None:
    """What is watched, told, and on its way."""
    op.create_table(
        "watched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("service", SERVICE, nullable=False),
        sa.Column("kind", DEADLINE, nullable=False),
        sa.Column("identity", KEY, nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("gone_on", sa.Date()),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched")),
        sa.UniqueConstraint(
            "school_id",
            "service",
            "kind",
            "identity",
            name=op.f("uq_watched_school_id_service_kind_identity"),
        ),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("person_id", "on_day", "serial", name=op.f("uq_digest_person_id_on_day_serial")),
    )
    op.create_index(op.f("ix_digest_on_day"), "digest", ["on_day"])
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_reminder_digest_id_digest")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("key", name=op.f("uq_reminder_key")),
    )
    op.create_index(op.f("ix_reminder_digest_id"), "reminder", ["digest_id"])
    op.create_index(op.f("ix_reminder_due_on"), "reminder", ["due_on"])
    op.create_index(op.f("ix_reminder_person_id"), "reminder", ["person_id"])
    op.create_table(
        "way",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text()),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("bad_since", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text()),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_way_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_way")),
    )
    op.create_index(op.f("ix_way_person_id"), "way", ["person_id"])
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("way_id", sa.Integer()),
        sa.Column("digest_id", sa.Integer()),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.Text()),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("dead_at", sa.DateTime(timezone=True)),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("code", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_message_digest_id_digest")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.ForeignKeyConstraint(["way_id"], ["way.id"], name=op.f("fk_message_way_id_way")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index(
        op.f("ix_message_channel_urgency_not_before"), "message", ["channel", "urgency", "not_before"]
    )
    op.create_index(op.f("ix_message_digest_id"), "message", ["digest_id"])
    op.create_index(op.f("ix_message_person_id"), "message", ["person_id"])


def who_is_told() -> None:
    """Who is told, by which ways, and who holds what."""
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", HOLD, nullable=False),
        sa.Column("deadline", DEADLINE, nullable=False),
        sa.Column("identity", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("back_on >= from_on", name=op.f("ck_hold_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_deadline_identity"), "hold", ["deadline", "identity"])
    op.create_index(op.f("ix_hold_person_id"), "hold", ["person_id"])
    op.create_table(
        "substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_substitute_days_in_order")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_substitute_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_substitute_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitute")),
    )
    op.create_index(op.f("ix_substitute_person_id"), "substitute", ["person_id"])
    op.create_table(
        "own_leads",
        sa.Column("kind", DEADLINE, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("leads", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_own_leads_person_id_person")),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_own_leads")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("region", KEY),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"])
    op.create_table(
        "lease",
        sa.Column("name", KEY, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def downgrade() -> None:
    """Take them away."""
    for table in (
        "message",
        "reminder",
        "way",
        "digest",
        "hold",
        "substitute",
        "own_leads",
        "calendar_feed",
        "watched",
        "lease",
    ):
        op.drop_table(table)
