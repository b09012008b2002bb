"""The register as versions of facts, what the rules last said of it, and the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PRESENT = sa.text("superseded_seq IS NULL")
SERVICES = ("channel", "cctv", "alarm", "guard")
METHODS = ("open_tender", "price_quotation", "single_source", "after_failure", "other")
STAGES = ("planned", "discussion", "bids", "evaluation", "appeal", "contract")
CONTRACT_KINDS = ("regular", "extension", "interim")
CONTRACT_STATUSES = ("draft", "pending", "active", "performed", "expired", "terminated", "cancelled")
TENDER_STATUSES = ("planned", "active", "unsuccessful", "cancelled", "withdrawn", "complete")
TENDER_EVENTS = (*STAGES, "suspended", "resumed", "unsuccessful", "cancelled", "withdrawn", "complete")
STATES = ("not_required", "covered", "interim", "unknown", "uncovered")
FLAGS = (
    "no_service",
    "unknown_term",
    "ending_soon",
    "gap_ahead",
    "no_tender",
    "tender_stalled",
    "tender_failed",
    "interim_ending",
    "interim_over_cap",
    "interim_without_tender",
    "overlap",
    "stale",
)
TABLES = (
    "recording",
    "school",
    "need",
    "contract_line",
    "tender_line",
    "tender_event",
    "calendar_override",
    "assessment",
    "flag",
    "journal",
)


def key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text ordered by code points."""
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=nullable)


def word(name: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    """Text from a closed list."""
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=nullable)


def says(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Any text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def day(name: str, *, nullable: bool = True) -> sa.Column[object]:
    """A day, often not stated."""
    return sa.Column(name, sa.Date(), nullable=nullable)


def moment(name: str) -> sa.Column[object]:
    """A moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """A named CHECK."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def facts(table: str, *columns: SchemaItem, unique: list[str]) -> None:
    """An insert-only table of versions, with one present row for each natural key."""
    references = (
        sa.ForeignKeyConstraint([name], ["recording.seq"], name=op.f(f"fk_{table}_{name}_recording"))
        for name in ("recorded_seq", "superseded_seq")
    )
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_seq", sa.Integer(), nullable=False),
        sa.Column("superseded_seq", sa.Integer(), nullable=True),
        *columns,
        check(table, "superseded_later", "superseded_seq > recorded_seq"),
        *references,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_present", table, unique, unique=True, sqlite_where=PRESENT, postgresql_where=PRESENT
    )


def upgrade() -> None:
    """Make the ten tables and close the journal to changes."""
    op.create_table(
        "recording",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        moment("recorded_at"),
        says("actor"),
        says("source"),
        says("reason"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_recording")),
    )
    make_schools()
    make_contracts()
    make_tenders()
    facts(
        "calendar_override",
        day("on_day", nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        says("decree"),
        unique=["on_day"],
    )
    make_assessments()
    make_flags()
    make_journal()


def make_schools() -> None:
    """Schools and what each of them must have."""
    facts(
        "school",
        key("school_id"),
        says("name"),
        key("bin", nullable=True),
        says("name_kk", nullable=True),
        says("name_ru", nullable=True),
        key("region", nullable=True),
        says("district", nullable=True),
        says("address", nullable=True),
        day("closed_on"),
        sa.Column("cameras", sa.Integer(), nullable=True),
        day("integrated_on"),
        says("officer_email", nullable=True),
        says("search"),
        key("sort_key"),
        check("school", "bin_length", "length(bin) = 12"),
        check("school", "region_length", "length(region) = 2"),
        unique=["school_id"],
    )
    facts(
        "need",
        key("school_id"),
        word("service", SERVICES),
        day("needed_from"),
        day("needed_until"),
        day("confirmed_on"),
        check("need", "days_in_order", "needed_until >= needed_from"),
        unique=["school_id", "service"],
    )


def make_contracts() -> None:
    """Needs served under contracts."""
    facts(
        "contract_line",
        key("contract_number"),
        key("school_id"),
        word("service", SERVICES),
        day("start_on", nullable=False),
        day("end_on"),
        day("terminated_on"),
        day("signed_on"),
        word("kind", CONTRACT_KINDS),
        word("status", CONTRACT_STATUSES),
        key("supplier_bin", nullable=True),
        says("supplier_name", nullable=True),
        key("buyer_bin", nullable=True),
        word("method", METHODS, nullable=True),
        says("amount", nullable=True),
        says("currency"),
        key("tender_number", nullable=True),
        key("extends_contract_number", nullable=True),
        check("contract_line", "days_in_order", "end_on >= start_on"),
        unique=["contract_number", "school_id", "service"],
    )
    op.create_index(op.f("ix_contract_line_school_id_service"), "contract_line", ["school_id", "service"])


def make_tenders() -> None:
    """Needs that tenders are for, and what happened to the tenders."""
    facts(
        "tender_line",
        key("tender_number"),
        key("school_id"),
        word("service", SERVICES),
        word("status", TENDER_STATUSES),
        says("title", nullable=True),
        word("method", METHODS),
        day("planned_on"),
        day("published_on"),
        day("bids_close_on"),
        day("results_on"),
        day("ended_on"),
        word("stage", STAGES, nullable=True),
        day("stage_entered_on"),
        key("repeats_tender_number", nullable=True),
        day("wanted_from"),
        says("amount", nullable=True),
        key("organiser_bin", nullable=True),
        unique=["tender_number", "school_id", "service"],
    )
    op.create_index(op.f("ix_tender_line_school_id_service"), "tender_line", ["school_id", "service"])
    facts(
        "tender_event",
        key("tender_number"),
        word("event", TENDER_EVENTS),
        day("on_day", nullable=False),
        says("note", nullable=True),
        unique=["tender_number", "event", "on_day"],
    )


def make_assessments() -> None:
    """What the rules last said of each need."""
    op.create_table(
        "assessment",
        key("school_id"),
        word("service", SERVICES),
        key("region", nullable=True),
        word("state", STATES),
        day("covered_until"),
        day("uncovered_since"),
        says("flags"),
        key("tender_number", nullable=True),
        word("tender_stage", STAGES, nullable=True),
        day("tender_due_on"),
        day("gap_first"),
        day("gap_last"),
        says("answer", nullable=True),
        says("answer_detail", nullable=True),
        day("next_change_on", nullable=False),
        day("assessed_on", nullable=False),
        says("basis"),
        says("digest"),
        check("assessment", "gap_in_order", "gap_last >= gap_first"),
        sa.PrimaryKeyConstraint("school_id", "service", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_next_change_on"), "assessment", ["next_change_on"])


def make_flags() -> None:
    """Flags from the day they were opened to the day they were closed."""
    opened = sa.text("closed_on IS NULL")
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        key("school_id"),
        word("service", SERVICES),
        word("kind", FLAGS),
        day("since"),
        day("opened_on", nullable=False),
        day("closed_on"),
        check("flag", "days_in_order", "closed_on >= opened_on"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    op.create_index(op.f("ix_flag_school_id_service"), "flag", ["school_id", "service"])
    op.create_index(
        "uq_flag_open",
        "flag",
        ["school_id", "service", "kind"],
        unique=True,
        sqlite_where=opened,
        postgresql_where=opened,
    )


def make_journal() -> None:
    """The journal, and the triggers that let it only grow."""
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        moment("at"),
        says("actor"),
        says("action"),
        says("subject"),
        says("detail"),
        says("prev_hash"),
        says("hash"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal "
                "BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal only grows' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()"
    )


def downgrade() -> None:
    """Take everything away again."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION journal_only_grows()")
