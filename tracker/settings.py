"""Settings from the environment: frozen, and refused when a name or value is wrong (interfaces §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from tracker.clock import Clock, FileClock, MachineClock
from tracker.domain.errors import SettingsRefused
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import Language

KNOWN = frozenset(
    {
        "TRACKER_DATABASE_URL",
        "TRACKER_SECRET",
        "TRACKER_BASE_URL",
        "TRACKER_SMTP_URL",
        "TRACKER_TELEGRAM_URL",
        "TRACKER_TELEGRAM_TOKEN",
        "TRACKER_GOSZAKUP_URL",
        "TRACKER_GOSZAKUP_TOKEN",
        "TRACKER_LANGUAGE",
        "TRACKER_ENV",
        "TRACKER_CLOCK_FILE",
        "TRACKER_POLICY_DIR",
        "TRACKER_TRUSTED_PROXIES",
        "TRACKER_OIDC_ISSUER",
        "TRACKER_OIDC_CLIENT_ID",
        "TRACKER_OIDC_CLIENT_SECRET",
        "TRACKER_SECOND_FACTOR",
        "TRACKER_PING_URL",
        "TRACKER_CANARY_TO",
    }
)
ENVIRONMENTS = frozenset({"development", "test", "production"})
SHORTEST_SECRET = 32
"""Signs of a secret that is not guessed (house)."""
_EXAMPLE = re.compile("example|secret|password|change.?me", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\])(:[0-9]{1,5})?")
_MAILBOX = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_FEWEST_SIGNS = 8
"""Different signs in a secret that is not one key held down."""

NO_PROXY = "none"
"""Said in place of proxies where people reach the server without any."""

Network = IPv4Network | IPv6Network
OIDC = ("TRACKER_OIDC_ISSUER", "TRACKER_OIDC_CLIENT_ID", "TRACKER_OIDC_CLIENT_SECRET")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SecondFactor(StrEnum):
    """Whether people who come in by a password need a second factor besides (ASVS 6.3.3)."""

    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider (OpenID Connect) and how we are known to it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def name(self) -> str:
        """What people are told of it: its host."""
        return urlsplit(self.issuer).netloc


def language_of(environ: Mapping[str, str]) -> Language:
    """The language to speak where settings were not read yet, or were refused."""
    given = environ.get("TRACKER_LANGUAGE")
    return Language(given) if given in tuple(Language) else Language.KK


@dataclass(frozen=True)
class Settings:
    """How this process is set up."""

    database_url: str = "sqlite:///tracker.db"
    language: Language = Language.KK
    environment: str = "development"
    clock_file: Path | None = None
    policy_dir: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    secret: str = field(default="", repr=False)
    trusted_proxies: tuple[Network, ...] = ()
    """Proxies whose word on a caller's address is taken."""
    provider: Provider | None = None
    """Where people may prove who they are besides our own page."""
    second_factor: SecondFactor = SecondFactor.OPTIONAL
    smtp_url: str = field(default="", repr=False)
    """The mail server; without one no mail goes out, and pages say so."""
    telegram_url: str = "https://api.telegram.org"
    telegram_token: str = field(default="", repr=False)
    ping_url: str = field(default="", repr=False)
    """What is called after each round, so that somebody else notices when none comes (OBS-1)."""
    canary_to: str = ""
    """A mailbox that somebody watches: each day the reminder of a school that is none goes there (OBS-4)."""

    @property
    def demands_second_factor(self) -> bool:
        """Whether nothing opens to a password alone."""
        return self.second_factor is SecondFactor.REQUIRED

    @property
    def channels(self) -> frozenset[ChannelKind]:
        """The channels that are set up; webhooks and other services need nothing but their owners."""
        named = {ChannelKind.MAIL: self.smtp_url, ChannelKind.TELEGRAM: self.telegram_token}
        return frozenset(kind for kind in ChannelKind if named.get(kind, "always"))

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over an encrypted connection."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``TRACKER_…`` names; raises :class:`SettingsRefused` for an unknown name or a bad value."""
        given = {name: value for name, value in environ.items() if name.startswith("TRACKER_")}
        for name in sorted(given):
            if name not in KNOWN:
                raise SettingsRefused(name=name, reason="unknown")
        environment = given.get("TRACKER_ENV", "development")
        if environment not in ENVIRONMENTS:
            raise SettingsRefused(name="TRACKER_ENV", reason="value")
        language = given.get("TRACKER_LANGUAGE", Language.KK)
        if language not in tuple(Language):
            raise SettingsRefused(name="TRACKER_LANGUAGE", reason="value")
        clock_file = given.get("TRACKER_CLOCK_FILE")
        if clock_file and environment != "test":
            raise SettingsRefused(name="TRACKER_CLOCK_FILE", reason="only_in_test")
        if environment == "production":
            _require_secret(given.get("TRACKER_SECRET", ""))
        policy_dir = given.get("TRACKER_POLICY_DIR")
        return cls(
            database_url=given.get("TRACKER_DATABASE_URL", cls.database_url),
            language=Language(language),
            environment=environment,
            clock_file=Path(clock_file) if clock_file else None,
            policy_dir=Path(policy_dir) if policy_dir else None,
            base_url=_base_url(given.get("TRACKER_BASE_URL", cls.base_url), environment),
            secret=given.get("TRACKER_SECRET", ""),
            trusted_proxies=_proxies(given.get("TRACKER_TRUSTED_PROXIES", ""), environment),
            provider=_provider(given, environment),
            smtp_url=given.get("TRACKER_SMTP_URL", "").strip(),
            telegram_url=given.get("TRACKER_TELEGRAM_URL", "").strip() or cls.telegram_url,
            telegram_token=given.get("TRACKER_TELEGRAM_TOKEN", "").strip(),
            ping_url=_ping(given.get("TRACKER_PING_URL", "").strip()),
            canary_to=_mailbox(given.get("TRACKER_CANARY_TO", "").strip()),
            second_factor=_second_factor(given),
        )

    def clock(self) -> Clock:
        """The clock this process lives by."""
        return FileClock(self.clock_file) if self.clock_file else MachineClock()


def _base_url(text: str, environment: str) -> str:
    """Where people reach the service, as browsers write an origin; raises :class:`SettingsRefused`."""
    address = text.strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(address):
        raise SettingsRefused(name="TRACKER_BASE_URL", reason="value")
    if environment == "production" and not address.startswith("https://"):
        raise SettingsRefused(name="TRACKER_BASE_URL", reason="https_only")
    usual = ":443" if address.startswith("https://") else ":80"
    return address.removesuffix(usual)


def _ping(text: str) -> str:
    """An address to call, or nothing; raises :class:`SettingsRefused`."""
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise SettingsRefused(name="TRACKER_PING_URL", reason="value")
    return text


def _mailbox(text: str) -> str:
    """An address of mail, or nothing; raises :class:`SettingsRefused`."""
    if text and not _MAILBOX.fullmatch(text):
        raise SettingsRefused(name="TRACKER_CANARY_TO", reason="value")
    return text


def _proxies(text: str, environment: str) -> tuple[Network, ...]:
    """Addresses and networks between commas, or :data:`NO_PROXY`; raises :class:`SettingsRefused`.

    In production one of them is said: behind a proxy that is not named everybody has one address, and tries
    to sign in are counted together.
    """
    if not text.strip() and environment == "production":
        raise SettingsRefused(name="TRACKER_TRUSTED_PROXIES", reason="proxies_missing")
    if text.strip() == NO_PROXY:
        return ()
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsRefused(name="TRACKER_TRUSTED_PROXIES", reason="value") from error


def _provider(given: Mapping[str, str], environment: str) -> Provider | None:
    """All of its three settings or none; raises :class:`SettingsRefused`."""
    said = {name: given.get(name, "").strip() for name in OIDC}
    if not any(said.values()):
        return None
    for name, value in {**said, "TRACKER_SECRET": given.get("TRACKER_SECRET", "")}.items():
        if not value.strip():
            raise SettingsRefused(name=name, reason="half")
    provider = Provider(*said.values())
    parts = urlsplit(provider.issuer)
    if parts.scheme != "https" and (environment == "production" or parts.hostname not in _LOOPBACK):
        raise SettingsRefused(name="TRACKER_OIDC_ISSUER", reason="https_only")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsRefused(name="TRACKER_OIDC_ISSUER", reason="value")
    return provider


def _second_factor(given: Mapping[str, str]) -> SecondFactor:
    """Demanded only where there is a secret to seal it with; raises :class:`SettingsRefused`."""
    said = given.get("TRACKER_SECOND_FACTOR", SecondFactor.OPTIONAL)
    if said not in tuple(SecondFactor):
        raise SettingsRefused(name="TRACKER_SECOND_FACTOR", reason="value")
    if said == SecondFactor.REQUIRED and not given.get("TRACKER_SECRET", "").strip():
        raise SettingsRefused(name="TRACKER_SECOND_FACTOR", reason="unsealed")
    return SecondFactor(said)


def _require_secret(secret: str) -> None:
    """Production starts only with a secret of its own (interfaces §2); raises :class:`SettingsRefused`."""
    reason = None
    if not secret.strip():
        reason = "secret_missing"
    elif len(secret) < SHORTEST_SECRET:
        reason = "secret_short"
    elif _EXAMPLE.search(secret) or len(set(secret)) < _FEWEST_SIGNS:
        reason = "secret_example"
    if reason:
        raise SettingsRefused(name="TRACKER_SECRET", reason=reason)
