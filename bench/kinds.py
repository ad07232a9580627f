"""What the number of kinds costs a cold start: the function with one kind, with all, with ten times as many."""

from __future__ import annotations

import ast
import copy
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from instructions import counter, instructions
from table import Row, against_first, text

import tocsin

QUESTION = "What does one more kind of event cost?"
PACKAGE = Path(tocsin.__file__).parent
EVENT = Path(__file__).parents[1] / "tests/events/cloudwatch_alarm/sns-alarm.json"
NEEDED, STARTS = "cloudwatch_alarm", 15
# From nothing to the first alarm understood; then which modules of kinds that took.
FIRST_ALARM = """
import json, sys
from tocsin.kinds import KINDS, read
from tocsin.envelope import unwrap
(signal,) = read(unwrap(json.load(open(sys.argv[1])))[0])
assert signal.kind == "cloudwatch_alarm"
print(len(KINDS), len({name.split(".")[2] for name in sys.modules if name.startswith("tocsin.kinds.")}))
"""


def rows() -> list[Row]:
    """One kind, all, and ten times as many: kinds registered, modules loaded, and what a start takes."""
    with TemporaryDirectory() as folder:
        homes = [_registered(Path(folder) / name, times) for name, times in (("one", 0), ("all", 1), ("many", 10))]
        told = [_start(home).split() for home in homes]  # also compiles
        rounds = [[_seconds(home) for home in homes] for _ in range(STARTS)]
        shortest = [min(column) for column in zip(*rounds, strict=True)]
        found = [
            Row("kinds registered", " · ".join(kinds for kinds, _ in told)),
            Row("of them loaded for a first alarm", " · ".join(loaded for _, loaded in told)),
            Row("a new process until it is understood, the shortest of each", against_first(shortest)),
        ]
        if counter():
            counted = [instructions(_command(home), {}, home) for home in homes]
            found.append(Row(f"the same in instructions, by {counter()}", against_first(counted)))
        return found


def _registered(home: Path, times: int) -> Path:
    """A copy of the package whose registry names each kind so many times (0: only the one that is needed)."""
    shutil.copytree(PACKAGE, home / "tocsin", ignore=shutil.ignore_patterns("__pycache__"))
    registry = home / "tocsin/kinds/__init__.py"
    tree = ast.parse(registry.read_text("utf-8"))
    kinds = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "KINDS"
    )
    assert isinstance(kinds, ast.Tuple)
    if times:
        kinds.elts = [*kinds.elts, *(_another(entry, n) for n in range(1, times) for entry in kinds.elts)]
    else:
        kinds.elts = [entry for entry in kinds.elts if f"'{NEEDED}'" in ast.unparse(entry)]
    registry.write_text(ast.unparse(tree), "utf-8")
    return home


def _another(entry: ast.expr, number: int) -> ast.expr:
    """The same entry under other names, so that no two claim the same event."""
    made = copy.deepcopy(entry)
    for node in ast.walk(made):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            node.value += str(number)
    return made


def _command(home: Path) -> list[str]:
    return [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(home)!r})\n{FIRST_ALARM}", str(EVENT)]


def _start(home: Path) -> str:
    return subprocess.run(_command(home), capture_output=True, text=True, check=True).stdout


def _seconds(home: Path) -> float:
    begun = time.perf_counter()
    _start(home)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.stdout.write(text(rows()) + "\n")
