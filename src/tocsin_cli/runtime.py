"""The function as it is shipped, in a process of its own under AWS's runtime client."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.artefacts.lambda_zip import HANDLER, RUNTIME, package, zipped
from tocsin_local.lambda_runtime import Environment, find_python


class FunctionError(Exception):
    """What the function raised, or how its process ended."""


@contextmanager
def function_under_runtime(settings: Mapping[str, str], hear: Callable[[str], None]) -> Iterator[Callable[[Any], Any]]:
    """Invokes the handler with an event; raises FunctionError. ``hear`` gets each line of its log. ConfigError where
    no Python here has AWS's runtime client."""
    newest = find_python(RUNTIME)
    with tempfile.TemporaryDirectory(prefix="tocsin-zip-") as folder:
        code = Path(folder, "tocsin-lambda.zip")
        code.write_bytes(zipped(package(newest)))
        environment = _started(code, settings, hear, newest)
        try:
            yield lambda event: _invoked(environment, event)
        finally:
            environment.stop()


def _started(code: Path, settings: Mapping[str, str], hear: Callable[[str], None], newest: Path | None) -> Environment:
    """With Lambda's own version where that has what it takes, else with the Python that we run on."""
    for python in (newest, None) if newest else (None,):
        environment = Environment(code, HANDLER, settings=settings, python=python, on_log=hear)
        try:
            environment.start()
        except ConfigError:
            if python is None:
                raise
        else:
            return environment
    raise AssertionError("the last candidate either starts or raises")


def _invoked(environment: Environment, event: Any) -> Any:
    result = environment.invoke(event)
    if not result.ok:
        raise FunctionError(f"{result.error_type}: {result.error_message}")
    return result.payload
