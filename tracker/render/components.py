"""The components of GOV.UK Frontend as macros of our templates: ``govuk.button({…})``.

They come from ``govuk-frontend-jinja``. Each takes one mapping in which a missing entry counts as empty, so
they live in an environment of their own: in ours a missing value is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

LIBRARY = "govuk_frontend_jinja"
FOLDERS = {
    "breadcrumbs": "Breadcrumbs",
    "button": "Button",
    "checkboxes": "Checkboxes",
    "error-summary": "ErrorSummary",
    "file-upload": "FileUpload",
    "input": "Input",
    "inset-text": "InsetText",
    "notification-banner": "NotificationBanner",
    "pagination": "Pagination",
    "password-input": "PasswordInput",
    "phase-banner": "PhaseBanner",
    "radios": "Radios",
    "select": "Select",
    "service-navigation": "ServiceNavigation",
    "skip-link": "SkipLink",
    "summary-list": "SummaryList",
    "tag": "Tag",
    "textarea": "Textarea",
    "warning-text": "WarningText",
}
"""The components in use: folder -> the end of the macro's name."""

Component = Callable[[dict[str, object]], Markup]


@cache
def components() -> dict[str, Component]:
    """Every component by its folder, with ``_`` for ``-``."""
    environment = Environment(
        loader=PrefixLoader({LIBRARY: PackageLoader(LIBRARY)}),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return {
        folder.replace("-", "_"): getattr(
            environment.get_template(f"{LIBRARY}/components/{folder}/macro.html").module, f"govuk{name}"
        )
        for folder, name in FOLDERS.items()
    }
