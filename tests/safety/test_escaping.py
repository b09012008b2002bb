"""Nothing in the program or its templates may switch escaping off (WEB-4)."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house import ROOT, dotted, templates, tracker

PLAIN = ["alarm", "answered", "bad_way", "begin", "digest", "digest_short", "ended", "held", "lost", "trial"]
SIGNED = {
    f"templates/mail/{name}.txt: {{% autoescape": "the plain text of a mail, which nobody reads as markup"
    for name in PLAIN
}
"""Places that may, each with its reason."""

OFF_IN_TEMPLATES = re.compile(
    r"\|\s*safe\b|\bMarkup\b|autoescape\s+false|\{%-?\s*autoescape\b|\|\s*xmlattr\b|['\"]\w*[hH]tml['\"]\s*:"
)
"""``safe`` and its kin, and the parameters of components that are taken for markup."""


def test_web_4_no_template_lets_a_text_through_unescaped() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in templates()
        for match in OFF_IN_TEMPLATES.finditer(path.read_text(encoding="utf-8"))
    ]
    assert [place for place in found if place not in SIGNED] == []


def test_web_4_every_environment_escapes_and_no_text_is_declared_markup() -> None:
    environments, faults = 0, []
    for module in tracker():
        for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
            name = dotted(call.func).split(".")[-1]
            given = {key.arg: key.value for key in call.keywords}
            if name in ("Environment", "Template", "SandboxedEnvironment", "Jinja2Templates"):
                environments += 1
                escaping = given.get("autoescape")
                if not (isinstance(escaping, ast.Constant) and escaping.value is True):
                    faults.append(module.at(call))
            elif name in ("Markup", "mark_safe", "literal", "from_string"):
                faults.append(module.at(call))
    assert environments >= 2
    assert faults == []


@pytest.mark.parametrize(
    "text", ["{{ x | safe }}", "{{x|safe}}", "{% autoescape false %}", "{'html': x}", '{"errorHtml" : x}']
)
def test_web_4_the_scan_sees_what_it_looks_for(text: str) -> None:
    assert OFF_IN_TEMPLATES.search(text)
