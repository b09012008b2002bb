"""A setting that is wrong or half made is refused before anything else, in the reader's language."""

from __future__ import annotations

import pytest

from tests.cli.test_refusals import REFUSED, tells
from tests.commands import Commands
from tracker.domain.vocabulary import Language

HOME = "https://tracker.example.kz"
PRODUCTION: dict[str, str | None] = {"TRACKER_ENV": "production", "TRACKER_CLOCK_FILE": None}
SECRET = "t9Xq4mWz7LbR2sVd8KfN3hYc6GpJ5uAe"
READY: dict[str, str | None] = {
    **PRODUCTION,
    "TRACKER_SECRET": SECRET,
    "TRACKER_BASE_URL": HOME,
    "TRACKER_TRUSTED_PROXIES": "10.0.0.5",
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TRACKER_DATABAS_URL": "x"}, "error.settings.unknown"),
        ({"TRACKER_ENV": "prod"}, "error.settings.value"),
        ({"TRACKER_ENV": "production"}, "error.settings.only_in_test"),
        ({"TRACKER_ENV": None}, "error.settings.only_in_test"),
        ({"TRACKER_CLOCK_FILE": "nowhere"}, "error.settings.value"),
        ({"TRACKER_DATABASE_URL": "mysql://x"}, "error.settings.value"),
        ({"TRACKER_DATABASE_URL": "words"}, "error.settings.value"),
        ({"TRACKER_DATABASE_URL": ""}, "error.settings.value"),
        ({"TRACKER_POLICY_DIR": "nowhere"}, "error.policy_broken"),
        ({"TRACKER_POLICY_DIR": "nowhere"}, "error.policy_broken.file_unreadable"),
        (PRODUCTION, "error.settings.secret_missing"),
        ({**PRODUCTION, "TRACKER_SECRET": " "}, "error.settings.secret_missing"),
        ({**PRODUCTION, "TRACKER_SECRET": SECRET[:31]}, "error.settings.secret_short"),
        ({**PRODUCTION, "TRACKER_SECRET": f"Change-me-{SECRET}"}, "error.settings.secret_example"),
        ({**PRODUCTION, "TRACKER_SECRET": "a" * 40}, "error.settings.secret_example"),
        ({**PRODUCTION, "TRACKER_SECRET": SECRET}, "error.settings.https_only"),
        ({**PRODUCTION, "TRACKER_SECRET": SECRET, "TRACKER_BASE_URL": HOME[4:]}, "error.settings.value"),
        ({"TRACKER_BASE_URL": f"{HOME}/tracker"}, "error.settings.value"),
        ({"TRACKER_BASE_URL": "https://a@school.example"}, "error.settings.value"),
        ({"TRACKER_TRUSTED_PROXIES": "proxy.example"}, "error.settings.value"),
        ({"TRACKER_SECOND_FACTOR": "always", "TRACKER_SECRET": SECRET}, "error.settings.value"),
        ({"TRACKER_SECOND_FACTOR": ""}, "error.settings.value"),
        ({"TRACKER_SECOND_FACTOR": "required"}, "error.settings.unsealed"),
        (
            {**PRODUCTION, "TRACKER_SECRET": SECRET, "TRACKER_BASE_URL": HOME},
            "error.settings.proxies_missing",
        ),
    ],
    ids=str,
)
def test_a_bad_setting_is_refused_before_anything_else(
    tracker: Commands, language: Language, changes: dict[str, str | None], code: str
) -> None:
    said = tracker("evaluate", **{"TRACKER_LANGUAGE": language.value, **changes})
    assert said.status == REFUSED
    assert tells(said, language, code)
    assert "TRACKER_" in said.err or code.startswith("error.policy_broken")


def test_production_starts_with_a_secret_and_an_encrypted_address_of_its_own(tracker: Commands) -> None:
    tracker.good("migrate")
    tracker.good("calendar", "list", **READY)


@pytest.mark.parametrize("language", Language)
def test_no_demo_is_shown_in_production(tracker: Commands, language: Language) -> None:
    """Not even where nothing is recorded yet: its accounts would stay."""
    said = tracker("demo", "--no-serve", **READY, TRACKER_LANGUAGE=language.value)
    assert said.status == REFUSED
    assert tells(said, language, "error.settings.no_demo")
    assert not (tracker.folder / "demo.db").exists()
    assert not tracker.database.exists()


def test_a_language_that_we_do_not_speak_is_refused_in_kazakh(tracker: Commands) -> None:
    said = tracker("evaluate", TRACKER_LANGUAGE="fr")
    assert said.status == REFUSED
    assert tells(said, Language.KK, "error.settings.value")
