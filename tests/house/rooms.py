"""What may happen in which room: where there is a clock, an environment, a socket, a printed line."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from house.tree import Breach, Module, Tree, within

# What these reach by import must be as pure as they are.
_PURE = (
    "tocsin.model",
    "tocsin.words",
    "tocsin.kinds",
    "tocsin.decide",
    "tocsin.grouping",
    "tocsin.routing",
    "tocsin.destinations.slack.blocks",
    "tocsin.destinations.slack.mrkdwn",
    "tocsin_local.alarms.evaluate",
)
_SOCKETS = ("socket", "ssl", "http", "urllib.request", "socketserver", "ftplib", "smtplib", "imaplib", "asyncio")
_IMPURE = (*_SOCKETS, "time", "random", "secrets", "uuid", "os", "subprocess", "threading", "multiprocessing",
           "shutil", "tempfile", "signal", "locale", "platform", "getpass")  # fmt: skip
_IMPURE_CALLS = {"print", "open", "input"}
_CLOCKS = {"now", "utcnow", "today"}
_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
_PRINTS = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"}


def pure_rooms_are_pure(tree: Tree) -> Iterator[Breach]:
    """No clock, no chance, no environment, no file, no socket, no output in a pure room or in what it imports."""
    rooms = [module for module in tree.modules.values() if within(module.name, *_PURE)]
    reached = {found.name: (found, room) for room in rooms for found in tree.closure(room)}
    for module, room in reached.values():
        for breach in _impurities(module):
            yield breach if module is room else breach._replace(why=f"{breach.why}: {room.name} reaches it")


def _impurities(module: Module) -> Iterator[Breach]:
    for found in module.imports:
        if within(found.name, *_IMPURE):
            yield module.breach(found.line, f"{found.name} in a pure room")
    for node in module.nodes:
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in _IMPURE_CALLS:
                yield module.breach(node.lineno, f"{called}() in a pure room")
        if isinstance(node, ast.Attribute) and node.attr in _CLOCKS and _is_clock(node.value):
            yield module.breach(node.lineno, f"{ast.unparse(node)} in a pure room: time comes in as an argument")


def _is_clock(owner: ast.expr) -> bool:
    return ast.unparse(owner).split(".")[-1] in ("datetime", "date")


def sockets_have_one_door(tree: Tree) -> Iterator[Breach]:
    """In tocsin, sockets are opened in destinations/http.py and nowhere else."""
    for module in tree.modules.values():
        if within(module.name, "tocsin") and module.name != "tocsin.destinations.http":
            for found in module.imports:
                if within(found.name, *_SOCKETS):
                    yield module.breach(found.line, f"{found.name}: sockets only in destinations/http.py")


def environment_has_one_door(tree: Tree) -> Iterator[Breach]:
    """The environment is read in tocsin's handler and config, and in the command line."""
    for module in tree.modules.values():
        if not within(module.name, "tocsin.handler", "tocsin.config", "tocsin_cli"):
            for line in _environment(module):
                yield module.breach(line, "the environment is read in handler, config and tocsin_cli only")


def _environment(module: Module) -> Iterator[int]:
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _ENVIRONMENT and ast.unparse(node.value) == "os":
            yield node.lineno
    for found in module.imports:
        if found.name in {f"os.{name}" for name in _ENVIRONMENT}:
            yield found.line


def only_ui_prints(tree: Tree) -> Iterator[Breach]:
    """Everything that the product prints goes through tocsin_cli/ui.py."""
    for module in tree.modules.values():
        if module.name != "tocsin_cli.ui":
            for node in module.nodes:
                if isinstance(node, ast.Call) and ast.unparse(node.func) in _PRINTS:
                    yield module.breach(node.lineno, f"{ast.unparse(node.func)}(): only tocsin_cli/ui.py prints")


ROOMS = (pure_rooms_are_pure, sockets_have_one_door, environment_has_one_door, only_ui_prints)
