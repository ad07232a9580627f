"""How code and tests are written: names, docstrings, what tests may not do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from house.tree import Breach, Module, Tree, within

_EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "base", "processor", "service"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_UNFINISHED = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r]|stu[b])\b")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_say_something(tree: Tree) -> Iterator[Breach]:
    """No file, folder, class or function of the product is called a helper, manager, service, …

    Folders and files under kinds/ are named after what AWS calls its services.
    """
    for module in tree.modules.values():
        if not within(module.name, "tocsin.kinds"):
            yield from _empty(module, 1, PurePosixPath(module.name.replace(".", "/")).name)
        for node in module.nodes:
            if isinstance(node, _Function | ast.ClassDef):
                yield from _empty(module, node.lineno, node.name)


def _empty(module: Module, line: int, name: str) -> Iterator[Breach]:
    for word in {word.lower() for word in _WORD.findall(name)} & _EMPTY_WORDS:
        yield module.breach(line, f"'{word}' in the name {name} says nothing")


def nothing_is_called_by_spelling(tree: Tree) -> Iterator[Breach]:
    """No call of what a computed name found, no eval or exec: whatever is called can be found by searching for it."""
    for module in tree.modules.values():
        found = {target.id for node in module.nodes if isinstance(node, ast.Assign) and _is_lookup(node.value)
                 for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
        for node in module.nodes:
            if isinstance(node, ast.Call):
                named = isinstance(node.func, ast.Name) and node.func.id in found | {"eval", "exec"}
                if named or _is_lookup(node.func):
                    yield module.breach(node.lineno, f"{ast.unparse(node.func)}(): name what you call")


def _is_lookup(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) in ("globals()", "locals()")
    computed = isinstance(node, ast.Call) and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant)
    return computed and ast.unparse(node).startswith("getattr(")


def modules_say_why(tree: Tree) -> Iterator[Breach]:
    """Every module begins with a line that says why it exists."""
    for module in tree.python:
        if not ast.get_docstring(module.syntax):
            yield module.breach(1, "no docstring says why this module exists")


def nothing_is_unfinished(tree: Tree) -> Iterator[Breach]:
    """No word in the product's code or README promises to finish it later."""
    for path, text in tree.texts.items():
        if (path.startswith("src/") and path.endswith(".py")) or path.startswith("README"):
            for line, content in enumerate(text.splitlines(), 1):
                for found in _UNFINISHED.findall(content):
                    yield Breach(path, line, f"unfinished: {found}")


def tests_state_a_truth(tree: Tree) -> Iterator[Breach]:
    """Every test's docstring states the truth that it holds."""
    for module, test in _tests(tree):
        if not ast.get_docstring(test):
            yield module.breach(test.lineno, f"{test.name} does not say in a docstring what it holds")


def tests_assert(tree: Tree) -> Iterator[Breach]:
    """Every test can fail: it asserts, expects an error, or calls a function of the tests that does."""
    functions = [node for module in _test_modules(tree) for node in module.nodes if isinstance(node, _Function)]
    asserting = {"raises", "warns", "fail"}
    while more := {each.name for each in functions if each.name not in asserting and _asserts(each, asserting)}:
        asserting |= more
    for module, test in _tests(tree):
        if not _asserts(test, asserting):
            yield module.breach(test.lineno, f"{test.name} cannot fail: it asserts nothing")


def _asserts(function: _Function, asserting: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in asserting:
            return True
    return False


def tests_patch_nothing_and_never_sleep(tree: Tree) -> Iterator[Breach]:
    """Tests use small real things: no patched import, no replaced attribute, no wait by the clock."""
    for module in _test_modules(tree):
        for found in module.imports:
            if within(found.name, "unittest.mock", "mock", "time.sleep", "pytest_mock"):
                yield module.breach(found.line, f"{found.name} in a test")
        for node in module.nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _UNWANTED:
                yield module.breach(node.lineno, f"{ast.unparse(node.func)} in a test")


_UNWANTED = {"time" + ".sleep", "asyncio" + ".sleep", "monkeypatch" + ".setattr", "monkeypatch" + ".setitem"}


def _test_modules(tree: Tree) -> Iterator[Module]:
    return (module for module in tree.python if module.path.startswith("tests/"))


def _tests(tree: Tree) -> Iterator[tuple[Module, _Function]]:
    for module in _test_modules(tree):
        if PurePosixPath(module.path).name.startswith("test_"):
            for node in module.nodes:
                if isinstance(node, _Function) and node.name.startswith("test"):
                    yield module, node


STYLE = (
    names_say_something,
    nothing_is_called_by_spelling,
    modules_say_why,
    nothing_is_unfinished,
    tests_state_a_truth,
    tests_assert,
    tests_patch_nothing_and_never_sleep,
)
