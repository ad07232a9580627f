"""What an alarm costs in Lambda: tocsin against the tutorial's function, both under AWS's own runtime client."""

from __future__ import annotations

import json
import ssl
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from deployed import Deployed, deployed
from instructions import counter, instructions
from sink import Certificate, certificate, sink
from table import Row, against_first, text

from tocsin.ports import ConfigError
from tocsin_cli.artefacts.lambda_zip import HANDLER, RUNTIME, Package, package, zipped
from tocsin_cli.stack.bundle import index
from tocsin_local.lambda_runtime import Environment, Result, find_python
from tocsin_local.lambda_runtime.interpreter import look_at
from tocsin_local.lambda_runtime.sandbox import Sandbox

QUESTION = "How light is tocsin, against the tutorial's function?"
BENCH = Path(__file__).parent
EVENTS = BENCH.parent / "tests/events/cloudwatch_alarm"
EVENT, QUEUED = (json.loads((EVENTS / name).read_bytes()) for name in ("sns-alarm.json", "sqs-sns.json"))
TUTORIAL = (BENCH / "tutorial_function.py").read_bytes()
MEMORY = 128  # MB; who takes more is ended
ANSWER = "import awslambdaric.bootstrap, importlib, json, sys; \
getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(json.loads(sys.argv[3]), None)"

Rounds = Sequence[Sequence[float]]  # by function, then by round


@dataclass(frozen=True, slots=True)
class Effort:
    """Starts, and invocations of one process; ``counted``: instructions too, which takes longest."""

    cold: int = 31
    warm: int = 300
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """What is measured: ``handler`` as Lambda names it, within the zip ``code``. ``logs``: what each answer logs."""

    name: str
    code: Path
    handler: str
    settings: Mapping[str, str] = field(default_factory=dict)
    event: Any = field(default=None, repr=False)
    logs: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What each function runs with, beside its own settings."""

    python: Path
    settings: Mapping[str, str]

    def variables(self, function: Function) -> dict[str, str]:
        return {**self.settings, **function.settings}

    def environment(self, function: Function) -> Environment:
        """Not started."""
        settings = self.variables(function)
        return Environment(function.code, function.handler, settings=settings, python=self.python, memory=MEMORY)


@dataclass(frozen=True, slots=True)
class Costs:
    """For each function ms from its start to its first answer, and from its first event to that; KB of resident memory;
    ms of a warm invocation; one number per round. Instructions, if counted."""

    cold: Rounds
    first: Rounds
    peak: Rounds
    warm: Rounds
    counts: Sequence[int]


def rows(effort: Effort = Effort()) -> list[Row]:
    """Multiples of the tutorial's function in each row, so that the machine and its other work hardly matter."""
    python = _python()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        shown = certificate(folder)
        webhook = stack.enter_context(sink(shown))
        machine = Machine(python, {"HOOK_URL": webhook, "SSL_CERT_DIR": str(shown.folder)})
        first = _deployed(folder, python)
        home = stack.enter_context(deployed(folder, shown, webhook, lambda settings: _handle(first, machine, settings)))
        functions = [
            *_functions(folder, python),
            _reading_all(folder, python, shown),
            replace(first, settings=home.settings),
            replace(_from_one_file(folder, python), settings=home.settings),
        ]
        return _rows(functions, machine, home, _costs(functions, machine, effort))


def _rows(functions: Sequence[Function], machine: Machine, home: Deployed, costs: Costs) -> list[Row]:
    asked = " · ".join(f"{action} {times}" for action, times in home.recording.calls.items())
    return [
        Row("compared, in this order", _each(each.name for each in functions)),
        Row("cold start to answer (aim for tocsin: 0.6; with its memory: 1.6)", _multiples(costs.cold)),
        Row("the shortest of each", against_first([min(found) for found in costs.cold])),
        Row("of it, from the event to the answer", _multiples(costs.first)),
        Row("peak memory (aim for tocsin: 0.7)", _multiples(costs.peak)),
        Row("warm invocation", _multiples(costs.warm)),
        *(
            [Row(f"instructions to the first answer, by {counter()}", against_first(costs.counts))]
            if costs.counts
            else []
        ),
        Row("the package, KB", _each(f"{each.code.stat().st_size / 1024:.1f}" for each in functions)),
        Row("what tocsin with its memory asks AWS for one alarm", asked),
        Row(f"for scale: cold start, ms, on Python {look_at(machine.python).version}", _medians(costs.cold, ".0f")),
        Row("for scale: of it, from the event to the answer, ms", _medians(costs.first, ".0f")),
        Row("for scale: warm invocation, ms", _medians(costs.warm, ".1f")),
        Row(f"for scale: peak memory, MB, of {MEMORY}", _medians([_megabytes(each) for each in costs.peak], ".0f")),
    ]


def _python() -> Path:
    """Lambda's version where it is here with all that Lambda ships, else the one that runs this."""
    found = find_python(RUNTIME)
    with suppress(ConfigError):
        if found and look_at(found):
            return found
    return Path(sys.executable)


def _costs(functions: Sequence[Function], machine: Machine, effort: Effort) -> Costs:
    first = _cold(functions, machine, effort.cold)
    cold = [[(each.init_ms or 0) + each.duration_ms for each in found] for found in first]
    early = [[each.duration_ms for each in found] for found in first]
    peak = [[each.max_rss_kb or 0 for each in found] for found in first]
    counts = [_count(each, machine) for each in functions] if effort.counted and counter() else []
    return Costs(cold, early, peak, _warm(functions, machine, effort.warm), counts)


def _functions(folder: Path, python: Path) -> list[Function]:
    """A function that does nothing shows what the runtime itself costs: nobody gets below it."""
    with_client = TUTORIAL + b'\nboto3.client("kms")\n'
    nothing = b"def lambda_handler(event, context):\n    return None\n"
    return [
        _pasted("the tutorial's", folder / "tutorial.zip", TUTORIAL),
        _pasted("the tutorial's with a KMS client, as for an encrypted setting", folder / "client.zip", with_client),
        _shipped("tocsin", folder / "tocsin.zip", python),
        _pasted("one that does nothing", folder / "nothing.zip", nothing),
    ]


def _reading_all(folder: Path, python: Path, shown: Certificate) -> Function:
    """tocsin where certificates lie in one file only, as perhaps on some Lambda."""
    usual = ssl.get_default_verify_paths().cafile
    file = folder / "all.pem"
    file.write_bytes((Path(usual).read_bytes() if usual else b"") + shown.alone.read_bytes())
    name = "tocsin where certificates are in no folder by name"
    return replace(_shipped(name, folder / "again.zip", python), settings={"SSL_CERT_FILE": str(file)})


def _deployed(folder: Path, python: Path) -> Function:
    """With a table, a secret to be read and a queue: an alarm is stored before it is shown."""
    made = _shipped("tocsin with its memory, as deployed", folder / "deployed.zip", python)
    return replace(made, event=QUEUED, logs='"did": "shown"')


def _from_one_file(folder: Path, python: Path) -> Function:
    """What CloudFormation makes of `tocsin template`: unpacked and compiled at each start."""
    code = folder / "one.zip"
    code.write_bytes(zipped(Package({"index.py": index(package(python)).encode()}, {})))
    name = "tocsin with its memory, from the one-file template"
    return Function(name, code, "index.lambda_handler", event=QUEUED, logs='"did": "shown"')


def _handle(function: Function, machine: Machine, settings: Mapping[str, str]) -> None:
    """One alarm."""
    with machine.environment(each := replace(function, settings=settings)) as environment:
        _answered(each, environment)


def _shipped(name: str, code: Path, python: Path) -> Function:
    code.write_bytes(zipped(package(python)))
    return Function(name, code, HANDLER)


def _pasted(name: str, code: Path, source: bytes) -> Function:
    code.write_bytes(zipped(Package({"function.py": source}, {})))
    return Function(name, code, "function.lambda_handler")


def _cold(functions: Sequence[Function], machine: Machine, times: int) -> list[list[Result]]:
    """The first answers of processes, each function's in turn."""
    results: list[list[Result]] = [[] for _ in functions]
    for _ in range(times):
        for function, found in zip(functions, results, strict=True):
            with machine.environment(function) as environment:
                found.append(_answered(function, environment))
    return results


def _warm(functions: Sequence[Function], machine: Machine, times: int) -> Rounds:
    """ms of invocations that are not their process's first, each function's in turn."""
    with ExitStack() as stack:
        started = [(each, stack.enter_context(machine.environment(each))) for each in functions]
        rounds = [[_answered(*each).duration_ms for each in started] for _ in range(times + 1)]
    return list(zip(*rounds[1:], strict=True))


def _answered(function: Function, environment: Environment) -> Result:
    result = environment.invoke(function.event or EVENT)
    if not result.ok or function.logs not in "".join(result.logs):
        raise RuntimeError(f"{result.error_type}: {result.error_message} {result.logs}")
    return result


def _count(function: Function, machine: Machine) -> int:
    """Instructions of a process that loads the runtime client and the handler, and has it answer once."""
    sandbox = Sandbox(function.code, look_at(machine.python))
    module, _, name = function.handler.rpartition(".")
    command: list[Any] = [sandbox.python, "-c", ANSWER, module, name, json.dumps(function.event or EVENT)]
    try:
        # Nothing by chance: the order of sets, and with it the count, hangs on the seed.
        variables = {**sandbox.variables(machine.variables(function)), "PYTHONHASHSEED": "0"}
        return instructions([str(part) for part in command], variables, sandbox.task)
    finally:
        sandbox.remove()


def _multiples(costs: Rounds) -> str:
    """Of the first within each round, as what else the machine does changes from round to round; their medians."""
    return against_first([median(one / first for one, first in zip(each, costs[0], strict=True)) for each in costs])


def _megabytes(found: Sequence[float]) -> list[float]:
    return [kb / 1024 for kb in found]


def _medians(costs: Rounds, form: str) -> str:
    return _each(f"{median(found):{form}}" for found in costs)


def _each(values: Iterable[str]) -> str:
    return " · ".join(values)


if __name__ == "__main__":
    sys.stdout.write(text(rows()) + "\n")
