"""One life of an execution environment: from the start of its process until it is ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin_local.lambda_runtime.logs import LogPipe
from tocsin_local.lambda_runtime.process import Process
from tocsin_local.lambda_runtime.result import Failure, exited, failure, of_request
from tocsin_local.lambda_runtime.runtime_api import Answer, Heard, Invocation, Ready, RuntimeApi
from tocsin_local.lambda_runtime.sandbox import Sandbox

_WATCH_S = 0.02  # how often a silent process is looked at


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for an invocation, MB of resident memory, seconds for the initialisation."""

    timeout: float
    memory: int
    init_timeout: float


@dataclass(frozen=True, slots=True)
class Served:
    """What became of an invocation; ``lost``: the process cannot serve another."""

    outcome: bytes | Failure
    duration_ms: float = 0.0
    init_ms: float | None = None
    max_rss_kb: int | None = None
    lost: bool = False


class Container:
    """Starts the process at once. `ready`, then `serve`, as often as wanted; `end` always."""

    def __init__(self, sandbox: Sandbox, handler: str, variables: Mapping[str, str], limits: Limits) -> None:
        self._limits = limits
        self._peak_kb: int | None = None
        self._init_ms: float | None = None
        self._waiting = self._served = False
        self._api = RuntimeApi()
        self._logs = LogPipe()
        self._started = time.perf_counter()
        command = [str(sandbox.python), "-m", "awslambdaric", handler]
        address = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.port}"}
        try:
            self._process = Process(command, sandbox.task, {**variables, **address}, self._logs.writer)
        except BaseException:
            self._api.close()
            self._logs.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self) -> Failure | None:
        """Wait until the process asks for an invocation; why it never will, once that is sure."""
        if not self._waiting and (why := self._asks()):
            return why
        # It may have asked and ended since.
        return exited(self._process.end()) if self._process.ended() else None

    def serve(self, invocation: Invocation) -> Served:
        """Hand an invocation to the process, which must be ready, and wait for what becomes of it."""
        begun, self._waiting = time.perf_counter(), False
        self._api.offer(invocation)
        heard = self._listen(self._limits.timeout)
        ended = heard.at if isinstance(heard, Answer) else time.perf_counter()
        init_ms, self._served = None if self._served else self._init_ms, True
        match heard:
            case Answer(outcome) if not self._overdrawn():
                lost = False
            case Answer():
                outcome, lost = _out_of_memory(), True
            case Failure() as outcome:
                lost = True
            case _:
                outcome = failure("Sandbox.Timedout", f"Task timed out after {self._limits.timeout:.2f} seconds")
                lost = True
        if isinstance(outcome, Failure) and lost:
            outcome = of_request(invocation.request_id, outcome)
        return Served(outcome, (ended - begun) * 1000, init_ms, self._peak_kb, lost)

    def logs(self) -> tuple[str, ...]:
        """What was logged since they were last asked for."""
        return self._logs.taken()

    def kill(self) -> None:
        """End the process under the hands of whoever waits for it."""
        self._process.end()

    def end(self) -> tuple[str, ...]:
        """End the process and give everything back. The last logs."""
        self._process.end()
        self._api.close()
        return self._logs.close()

    def _asks(self) -> Failure | None:
        match self._listen(self._limits.init_timeout):
            case Ready(at):
                self._waiting = True
                if self._init_ms is None:
                    self._init_ms = (at - self._started) * 1000
                return None
            case Failure() as why:
                return why
        return failure("Sandbox.Timedout", f"Init timed out after {self._limits.init_timeout:.2f} seconds")

    def _listen(self, seconds: float) -> Heard | None:
        """What the process says, or how it ended; None if neither happens for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if heard := self._api.hear(min(left, _WATCH_S)):
                return heard
            if self._process.ended():
                return self._api.hear(0) or exited(self._process.end())
            if self._overdrawn():
                return _out_of_memory()
        return None

    def _overdrawn(self) -> bool:
        """Whether the process has ever held more memory than it may: the peak misses no burst between two looks."""
        self._peak_kb = self._process.peak_kb() or self._peak_kb
        return self._peak_kb is not None and self._peak_kb > self._limits.memory * 1024


def _out_of_memory() -> Failure:
    return failure("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
