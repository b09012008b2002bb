"""People, what they may see, their sessions, tokens and links, and tries to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = ("officer", "reviewer", "head", "ministry", "auditor", "admin")
LANGUAGES = ("kk", "ru", "en")
TABLES = (
    "person",
    "person_reach",
    "signed_in",
    "api_token",
    "single_use_link",
    "recovery_code",
    "sign_in_attempt",
)


def key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text ordered by code points."""
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def prose(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def word(name: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    """Text from a closed list."""
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number() -> sa.Column[int]:
    """The key of a row."""
    return sa.Column("id", sa.Integer(), primary_key=True)


def whose() -> sa.Column[int]:
    """The person a row belongs to."""
    return sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True)


def upgrade() -> None:
    """Make the tables of people."""
    op.create_table(
        "person",
        number(),
        key("email"),
        prose("name"),
        word("role", ROLES),
        word("language", LANGUAGES, nullable=True),
        prose("password_hash", nullable=True),
        key("subject", nullable=True),
        prose("second_factor", nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        moment("added_at"),
        moment("disabled_at", nullable=True),
        moment("erased_at", nullable=True),
        sa.UniqueConstraint("email"),
    )
    known = sa.text("subject IS NOT NULL")
    op.create_index(
        "uq_person_subject", "person", ["subject"], unique=True, sqlite_where=known, postgresql_where=known
    )
    op.create_table(
        "person_reach",
        number(),
        whose(),
        key("region", nullable=True),
        prose("district", nullable=True),
        key("school_id", nullable=True),
        sa.CheckConstraint("(region IS NULL) <> (school_id IS NULL)", name="region_or_school"),
        sa.CheckConstraint("district IS NULL OR region IS NOT NULL", name="district_of_region"),
    )
    make_sessions()
    make_secrets()


def make_sessions() -> None:
    """Sessions, and tries to begin one."""
    op.create_table(
        "signed_in",
        number(),
        key("cookie_hash"),
        whose(),
        moment("began_at"),
        moment("used_at"),
        moment("ended_at", nullable=True),
        prose("address"),
        prose("agent"),
        prose("known_by"),
        sa.UniqueConstraint("cookie_hash"),
    )
    op.create_table(
        "sign_in_attempt",
        number(),
        key("account_hash"),
        key("address"),
        key("device_hash", nullable=True),
        moment("at"),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
    )
    op.create_index(None, "sign_in_attempt", ["account_hash", "at"])
    op.create_index(None, "sign_in_attempt", ["address", "at"])


def make_secrets() -> None:
    """What people and programs show to be known: only hashes are kept."""
    op.create_table(
        "api_token",
        number(),
        whose(),
        key("prefix"),
        prose("secret_hash"),
        prose("name"),
        prose("actions"),
        key("region", nullable=True),
        moment("added_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        moment("revoked_at", nullable=True),
        sa.UniqueConstraint("prefix"),
    )
    op.create_table(
        "single_use_link",
        sa.Column(
            "secret_hash", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True
        ),
        whose(),
        prose("purpose"),
        moment("made_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
    )
    op.create_table("recovery_code", number(), whose(), prose("code_hash"), moment("used_at", nullable=True))


def downgrade() -> None:
    """Take the tables of people away."""
    for table in reversed(TABLES):
        op.drop_table(table)
