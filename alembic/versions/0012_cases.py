"""Work on cases: who has a school in hand, who looks at it now, notes with mentions, views that are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OF_SCHOOLS = ("case_holder", "case_look", "case_note", "case_mention")

EVERYTHING = "(SELECT current_setting('tracker.sees', true)) = 'everything'"
OWN_SCHOOL = "school_id IN (SELECT tracker_schools())"


def upgrade() -> None:
    """Make the tables; on PostgreSQL what names a school stands behind the second lock."""
    who_works()
    what_is_noted()
    if op.get_context().dialect.name == "postgresql":
        for table in OF_SCHOOLS:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY within_scope ON {table} USING ({EVERYTHING} OR {OWN_SCHOOL})"
                f" WITH CHECK ({EVERYTHING} OR {OWN_SCHOOL})"
            )


def who_works() -> None:
    """Who has a school in hand, and who looks at it now."""
    op.create_table(
        "case_holder",
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_case_holder_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_holder_person_id_person")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_case_holder")),
    )
    op.create_index(op.f("ix_case_holder_person_id"), "case_holder", ["person_id"])
    op.create_table(
        "case_look",
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_look_person_id_person")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_case_look")),
    )
    op.create_index(op.f("ix_case_look_person_id"), "case_look", ["person_id"])


def what_is_noted() -> None:
    """Notes with those they speak to, and views."""
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_person_id"), "case_note", ["person_id"])
    op.create_index(op.f("ix_case_note_school_id"), "case_note", ["school_id"])
    op.create_table(
        "case_mention",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("school_id", KEY, nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["note_id"], ["case_note.id"], name=op.f("fk_case_mention_note_id_case_note")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_mention_person_id_person")),
        sa.PrimaryKeyConstraint("note_id", "person_id", name=op.f("pk_case_mention")),
    )
    op.create_index(op.f("ix_case_mention_person_id"), "case_mention", ["person_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("saved_view", "case_mention", "case_note", "case_look", "case_holder"):
        op.drop_table(table)
