"""The rules of the house, read from the source: floors, circles, clocks, queries, sizes (design §§1, 15)."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house import (
    ROOT,
    Module,
    arrows,
    circles,
    dotted,
    forget,
    functions,
    imports,
    modules,
    parameters,
    public,
    templates,
    tracker,
)
from tracker.domain.flags import RULES
from tracker.domain.vocabulary import FlagKind

pytestmark = pytest.mark.xdist_group("house")  # the source is read once

BESIDE = frozenset({"settings", "paths", "logs"})
EDGES = frozenset({"channels", "feeds", "law", "store", "render"})
BELOW_FACES = EDGES | BESIDE | {"domain", "services", "clock"}

FACES = frozenset(
    {
        "web", "scheduler", "console", "desk", "commands", "printing", "calendar_cli", "people_cli",
        "remind_cli", "export_cli", "rights_cli", "serving", "courier", "outgoing", "living", "pulse", "tick",
        "work_cli", "cli", "__main__",
    }
)  # fmt: skip

MAY_IMPORT = {
    **{name: frozenset[str]() for name in ("domain", "paths", "pulse", "logs")},
    **{name: frozenset({"domain"}) for name in ("clock", "living", "console")},
    "settings": frozenset({"clock", "domain"}),
    **{edge: BESIDE | {"domain"} for edge in EDGES},
    "services": EDGES | BESIDE | {"domain"},
    **dict.fromkeys(("web", "outgoing"), BELOW_FACES),
    "courier": BELOW_FACES | {"outgoing", "living"},
    "tick": BELOW_FACES | {"outgoing"},
    "scheduler": BELOW_FACES | {"courier", "outgoing", "living", "pulse", "tick"},
    "work_cli": BELOW_FACES | {"console", "desk", "scheduler", "living"},
    "desk": BELOW_FACES | {"console"},
    "commands": BELOW_FACES | {"desk"},
    "printing": BELOW_FACES | {"console", "desk"},
    "serving": BELOW_FACES | {"console", "desk", "web", "scheduler", "living"},
    "calendar_cli": BELOW_FACES | {"commands", "console", "desk", "printing"},
    "people_cli": BELOW_FACES | {"commands", "console", "desk"},
    "export_cli": BELOW_FACES | {"console", "desk"},
    "remind_cli": BELOW_FACES | {"console", "desk"},
    "rights_cli": BELOW_FACES | {"console", "desk", "web"},
    "cli": BELOW_FACES | (FACES - {"courier", "outgoing", "pulse", "tick", "cli", "__main__"}),
    "__main__": frozenset({"cli", "living"}),
}
"""What each room of the house may import besides itself: arrows go down only."""

CLOCK_READS = re.compile(
    r"(^|\.)(date\.today|datetime\.(now|utcnow|today)"
    r"|time\.(time|time_ns|localtime|gmtime|ctime|strftime|asctime))$"
)
CLOCK_READS_OF_DATABASES = re.compile(
    r"\bCURRENT_(DATE|TIME|TIMESTAMP)\b|\b(now|today|getdate|utc_timestamp)\(\)|['\"]now['\"]", re.IGNORECASE
)
QUERY_LIBRARIES = ("sqlalchemy", "sqlmodel", "sqlite3", "psycopg", "alembic")
PASSED_ON = frozenset({"Engine", "Session"})
"""What floors above the store may name of those libraries: what they hold and pass on."""

NAMELESS = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "base", "common", "misc"})
LISTING = re.compile(r"^(list|search|find|get)_|_rows$")
WRITING_SIDE = frozenset({"tracker.store.intake"})
"""Reads by natural key for an import, which is never cut by a reader's regions."""


def room(name: str) -> str:
    """The room of a module: ``store`` for ``tracker.store.engine``; empty for the package itself."""
    return name.split(".")[1] if "." in name else ""


@pytest.fixture(scope="module", autouse=True)
def source() -> Iterator[None]:
    """The source is read once, and let go of."""
    yield
    forget()


def refuse(faults: Iterable[str]) -> None:
    """Fail with every fault on its own line."""
    found = sorted(set(faults))
    assert not found, "\n" + "\n".join(found)


def test_every_module_stands_on_a_known_floor() -> None:
    refuse(m.name for m in tracker() if room(m.name) and room(m.name) not in MAY_IMPORT)


def test_arrows_go_down_only() -> None:
    refuse(
        f"{name} imports {target}"
        for name, targets in arrows().items()
        for target in targets
        if room(target) and room(target) not in MAY_IMPORT[room(name)] | {room(name)}
    )


def test_no_module_reaches_itself_again() -> None:
    refuse(" <-> ".join(circle) for circle in circles(arrows()))


def test_the_circle_finder_finds_circles() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == (
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    )


def test_the_domain_needs_only_the_standard_library_and_dateutil() -> None:
    known = sys.stdlib_module_names | {"dateutil", "tracker"}
    refuse(
        f"{each.at}: {each.module}"
        for module in tracker()
        if room(module.name) == "domain"
        for each in imports(module)
        if each.module.split(".")[0] not in known
    )


def test_the_domain_opens_no_file_and_no_connection() -> None:
    closed = {
        "io",
        "os",
        "pathlib",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "threading",
        "urllib",
    }
    refuse(
        f"{each.at}: {each.module}"
        for module in tracker()
        if room(module.name) == "domain"
        for each in imports(module)
        if each.module.split(".")[0] in closed
    )


def test_nothing_is_imported_by_a_computed_name() -> None:
    refuse(
        module.at(node)
        for module in tracker()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func) in {"importlib.import_module", "import_module", "__import__"}
    )


def test_only_the_store_builds_queries() -> None:
    refuse(
        f"{each.at}: {each.module} {each.name}"
        for module in tracker()
        if room(module.name) != "store"
        for each in imports(module)
        if each.module.split(".")[0] in QUERY_LIBRARIES and each.name not in PASSED_ON
    )


def test_only_the_store_knows_its_tables() -> None:
    refuse(
        name
        for name, targets in arrows().items()
        if room(name) != "store" and any(target.startswith("tracker.store.tables") for target in targets)
    )


def test_whatever_lists_rows_of_the_store_is_cut_to_the_readers_regions() -> None:
    refuse(
        f"{module.at(function)}: {function.name}"
        for module in tracker()
        if room(module.name) == "store" and module.name not in WRITING_SIDE
        for function in public(module)
        if isinstance(function, ast.FunctionDef) and LISTING.search(function.name)
        if "session" in parameters(function) and "scope" not in parameters(function)
    )


def test_only_the_clock_reads_the_time_of_the_machine() -> None:
    refuse(
        f"{module.at(node)}: {dotted(node)}"
        for module in modules("tracker", "alembic", "bench")
        if module.name != "tracker.clock"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and CLOCK_READS.search(dotted(node))
    )


def test_the_time_is_not_fetched_under_another_name() -> None:
    refuse(
        f"{each.at}: {each.module} {each.name}"
        for module in modules("tracker", "alembic", "bench")
        if module.name != "tracker.clock"
        for each in imports(module)
        if each.module == "time" and CLOCK_READS.search(f"time.{each.name}")
    )


def test_the_database_is_never_asked_for_the_time() -> None:
    """But for leases, on which machines agree whose clocks differ (reliability FLT-17)."""
    refuse(
        f"{module.path.relative_to(ROOT)}:{number}: {line.strip()}"
        for module in (*modules("alembic"), *(m for m in tracker() if room(m.name) == "store"))
        if module.name != "tracker.store.leases"
        for number, line in enumerate(module.text.splitlines(), 1)
        if CLOCK_READS_OF_DATABASES.search(line)
    )


def test_today_and_now_have_no_default() -> None:
    refuse(
        f"{module.at(function)}: {function.name}"
        for module in tracker()
        if room(module.name) not in FACES
        for function in functions(module)
        if parameters_with_default(function) & {"today", "now"}
    )


def parameters_with_default(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The names of the parameters that may be left out."""
    given = function.args
    positional = [*given.posonlyargs, *given.args][
        len(given.posonlyargs) + len(given.args) - len(given.defaults) :
    ]
    named = [
        arg for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is not None
    ]
    return frozenset(arg.arg for arg in (*positional, *named))


def test_no_module_is_called_utils_or_the_like() -> None:
    refuse(m.name for m in modules("tracker", "tests", "bench") if NAMELESS & set(re.split(r"[._]", m.name)))


def test_no_module_is_longer_than_a_sitting() -> None:
    refuse(
        f"{m.name}: {m.lines} lines" for m in modules("tracker", "tests", "bench", "alembic") if m.lines > 350
    )


def test_no_function_is_longer_than_a_screen() -> None:
    refuse(
        f"{module.at(function)}: {function.name}, {length} lines"
        for module in modules("tracker", "tests", "bench")
        for function in functions(module)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 40
    )


def test_no_template_is_longer_than_150_lines() -> None:
    refuse(f"{path}: {count}" for path in templates() if (count := len(_lines(path))) > 150)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_every_public_name_says_what_it_promises() -> None:
    refuse(
        f"{module.at(node)}: {node.name}"
        for module in modules("tracker", "bench")
        for node in public(module)
        if not ast.get_docstring(node)
    )


def test_every_module_says_what_it_is() -> None:
    refuse(
        m.name
        for m in modules("tracker", "tests", "bench")
        if m.text.strip() and not ast.get_docstring(m.tree)
    )


def test_packages_hold_nothing_but_the_version() -> None:
    refuse(m.name for m in tracker() if m.is_package and m.text.strip() and m.name != "tracker")


def test_the_migrations_folder_never_hides_the_library_of_the_same_name() -> None:
    assert (ROOT / "alembic" / "env.py").is_file()
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_tables_come_from_migrations_alone() -> None:
    refuse(
        module.at(node)
        for module in modules("tracker", "tests", "bench", "alembic")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "create_all"
    )


def test_every_flag_has_its_rule() -> None:
    assert list(RULES) == list(FlagKind)


def test_no_check_is_silenced_without_a_reason() -> None:
    silenced = re.compile(
        r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w, -]+\])?)(?P<reason>.*)"
    )
    refuse(
        f"{module.path.relative_to(ROOT)}:{line}: {comment}"
        for module in modules("tracker", "tests", "bench", "alembic")
        for line, comment in comments(module)
        if (found := silenced.match(comment)) and not re.search(r"\w+ \w+", found["reason"])
    )


def comments(module: Module) -> list[tuple[int, str]]:
    """Every comment of a module with its line."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
