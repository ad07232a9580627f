"""A source tree as the rules see it: files, modules, and what each module imports."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("tocsin", "tocsin_local", "tocsin_cli")
_NOT_OURS = {"__pycache__", "build", "dist", "node_modules", "site"}


class Breach(NamedTuple):
    """One place that breaks a rule: ``path`` is relative to the tree."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


class Import(NamedTuple):
    name: str
    line: int


@dataclass(frozen=True)
class Module:
    """One Python file. ``name`` is what it is imported as (``tocsin.kinds``), or its path outside of src/."""

    name: str
    path: str
    source: str

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.syntax))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every name that an import statement asks for, inside functions too: `from a import b` is a.b."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [Import(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                origin = self._absolute(node)
                found += [Import(f"{origin}.{alias.name}", node.lineno) for alias in node.names]
        return tuple(found)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
        return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])

    def breach(self, line: int, why: str) -> Breach:
        return Breach(self.path, line, why)


class Tree:
    """Every file under ``root`` that is ours: no virtual environment, no cache, nothing built."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths relative to the root, with slashes."""
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if _is_ours(Path(folder, name)))
            found += [Path(folder, name).relative_to(self.root).as_posix() for name in sorted(names)]
        return tuple(found)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The files that are text, by path."""
        return {path: text for path in self.files if (text := _text(self.root / path)) is not None}

    @cached_property
    def python(self) -> tuple[Module, ...]:
        """Every Python file of the tree."""
        return tuple(Module(_name(path), path, text) for path, text in self.texts.items() if path.endswith(".py"))

    @cached_property
    def modules(self) -> dict[str, Module]:
        """The modules of the three packages, by name."""
        return {module.name: module for module in self.python if module.path.startswith("src/")}

    def imported(self, found: Import) -> Module | None:
        """The module of ours that an import asks for, or asks a name of."""
        return self.modules.get(found.name) or self.modules.get(found.name.rpartition(".")[0])

    def closure(self, start: Module) -> Iterator[Module]:
        """``start`` and every module of ours that its imports reach, themselves or through others.

        The packages around a module are not followed: its folder's ``__init__`` may put it together with others.
        """
        waiting, seen = [start], {start.name}
        while waiting:
            module = waiting.pop()
            yield module
            reached = [self.imported(found) for found in module.imports]
            fresh = {other.name: other for other in reached if other and other.name not in seen}
            seen |= fresh.keys()
            waiting += fresh.values()


Rule = Callable[[Tree], Iterator[Breach]]


def within(name: str, *rooms: str) -> bool:
    """Whether a module is one of these rooms, or lies inside one."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def _is_ours(folder: Path) -> bool:
    hidden = folder.name.startswith(".") and folder.name != ".ci"
    return not (hidden or folder.name in _NOT_OURS or (folder / "pyvenv.cfg").exists())


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _name(path: str) -> str:
    inside = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    return inside.replace("/", ".") if path.startswith("src/") else path
