"""Reads the project's own source as syntax trees, for the tests that guard the house (design §§1–2, 15)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name, its path, its text and its syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """The number of lines."""
        return len(self.text.splitlines())

    @property
    def is_package(self) -> bool:
        """Whether this is an ``__init__.py``."""
        return self.path.name == "__init__.py"

    def at(self, node: ast.AST) -> str:
        """``path:line`` of a node, for messages."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: the module it comes from and, for ``from … import …``, the name itself."""

    module: str
    name: str
    at: str


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file under these top-level folders, by path."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, text, ast.parse(text, str(path)))


def tracker() -> tuple[Module, ...]:
    """Every module of the product."""
    return modules("tracker")


def templates() -> tuple[Path, ...]:
    """Every page and partial."""
    return tuple(path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file())


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """Every import of a module, also inside functions and for types only; relative ones made absolute."""
    found: list[Import] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, "", module.at(node)) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute(module, node)
            found += [Import(origin, alias.name, module.at(node)) for alias in node.names]
    return tuple(found)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = module.name.split(".") + ["__init__"] * module.is_package
    return ".".join([*here[: -node.level], *([node.module] if node.module else [])])


@cache
def arrows() -> Mapping[str, frozenset[str]]:
    """Which modules of the product each of them imports."""
    names = {module.name for module in tracker()}
    return {module.name: frozenset(_ours(module, names)) - {module.name} for module in tracker()}


def _ours(module: Module, names: set[str]) -> Iterator[str]:
    for each in imports(module):
        inner = f"{each.module}.{each.name}"
        if inner in names:
            yield inner
        elif each.module in names:
            yield each.module


def circles(graph: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """The names that reach one another: what is left when every loose end is taken away."""
    left = {name: set(targets) & graph.keys() for name, targets in graph.items()}
    while loose := {name for name in left if not left[name] or not any(name in to for to in left.values())}:
        left = {name: targets - loose for name, targets in left.items() if name not in loose}
    return tuple((name, *sorted(targets)) for name, targets in sorted(left.items()))


def functions(module: Module) -> Iterator[Function]:
    """Every function of a module, also methods and inner ones."""
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def public(module: Module) -> Iterator[Named]:
    """The public functions and classes of a module, and the public methods of those classes."""
    for node in module.tree.body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                members = (member for member in node.body if isinstance(member, Function))
                yield from (member for member in members if not member.name.startswith("_"))


def parameters(function: Function) -> frozenset[str]:
    """The names of a function's parameters."""
    given = function.args
    return frozenset(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def dotted(node: ast.AST) -> str:
    """``datetime.now`` for such an expression; empty for anything that is not a plain path of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def forget() -> None:
    """Let go of everything read: a million nodes make every collection of garbage slow."""
    for each in (modules, imports, arrows):
        each.cache_clear()
