"""A function's execution environment: one process, one invocation at a time, started anew when it is gone."""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from tocsin_local.lambda_runtime.container import Container, Limits, Served
from tocsin_local.lambda_runtime.interpreter import look_at
from tocsin_local.lambda_runtime.result import Failure, Result, Stopped, decoded, failure
from tocsin_local.lambda_runtime.runtime_api import Invocation
from tocsin_local.lambda_runtime.sandbox import Sandbox, refuse_reserved

LARGEST_EVENT = 6 * 1024 * 1024  # bytes of a synchronous request (docs: gettingstarted-limits)
FUNCTION = "tocsin"


def unheard(line: str) -> None:
    """For whoever wants no logs but those in the results."""


class Environment:
    """Runs ``handler`` ("module.function") of ``code``, a zip or a folder, under AWS's own runtime client.

    ``settings`` reach the function as environment variables and nothing else of the caller's does. ``python`` needs
    what the extra `tocsin[lambda]` installs; else `start` raises ConfigError. ``timeout`` and ``init_timeout`` are
    seconds, ``memory`` MB of resident memory (watched where the system tells it). ``on_log`` gets each log event, in
    the thread that invokes. A process that crashed, timed out or took too much memory is replaced at the next
    invocation, which is then a cold start.
    """

    def __init__(
        self,
        code: Path | str,
        handler: str,
        *,
        settings: Mapping[str, str] | None = None,
        python: Path | str | None = None,
        timeout: float = 30,
        memory: int = 256,
        init_timeout: float = 10,
        on_log: Callable[[str], None] = unheard,
    ) -> None:
        self._code, self._handler = Path(code), handler
        self._settings = dict(settings or {})
        self._python = Path(python or sys.executable)
        self._limits = Limits(timeout, memory, init_timeout)
        self._on_log = on_log
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None
        self._container: Container | None = None
        self._started = False
        self._logs: list[str] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The runtime process, None while there is none."""
        return self._container.pid if self._container else None

    def start(self) -> None:
        """Unpack and initialise. What the function's own code does wrong meanwhile, the first invocation tells."""
        refuse_reserved(self._settings)
        try:
            with self._lock:
                self._sandbox = self._sandbox or Sandbox(self._code, look_at(self._python))
                self._started = True
                self._ready(self._sandbox)
        except BaseException:  # Ctrl-C too
            self.stop()
            raise

    def invoke(self, event: Any) -> Result:
        """Invoke and wait. ``event`` is anything that JSON can hold; callers at the same time wait their turn.

        Raises Stopped where the environment is not started.
        """
        body = json.dumps(event).encode()
        request_id = str(uuid.uuid4())
        if len(body) > LARGEST_EVENT:
            refused = f"Request must be smaller than {LARGEST_EVENT} bytes for the InvokeFunction operation"
            return _result(Served(failure("RequestTooLargeException", refused)), (), request_id)
        with self._lock:
            if self._sandbox is None or not self._started:
                raise Stopped("the environment is not started")
            # A process that was started ahead and failed is tried once more, as Lambda does.
            ready = self._ready(self._sandbox)
            served = Served(ready) if isinstance(ready, Failure) else self._serve(ready, body, request_id)
            logs, self._logs = tuple(self._logs), []
        return _result(served, logs, request_id)

    def stop(self) -> None:
        """End the process, a running invocation too, and remove its folder. Harmless where nothing runs."""
        self._started = False
        if running := self._container:
            running.kill()
        with self._lock:
            try:
                self._discard()
            finally:
                if self._sandbox is not None:
                    self._sandbox.remove()
                    self._sandbox = None

    def _ready(self, sandbox: Sandbox) -> Container | Failure:
        """A process that waits for an invocation, or why there can be none."""
        if self._container is not None:
            if self._container.ready() is None:
                return self._container
            self._discard()
        container = self._container = Container(sandbox, self._handler, self._variables(sandbox), self._limits)
        why = container.ready()
        self._hear(container.logs())
        if why is None:
            return container
        self._discard()
        return why

    def _serve(self, container: Container, body: bytes, request_id: str) -> Served:
        deadline_ms = int((time.time() + self._limits.timeout) * 1000)
        served = container.serve(Invocation(request_id, body, deadline_ms, self._arn()))
        self._hear(container.logs())
        if served.lost:
            self._discard()
        return served

    def _discard(self) -> None:
        if self._container is not None:
            ended, self._container = self._container, None
            self._hear(ended.end())

    def _hear(self, lines: tuple[str, ...]) -> None:
        self._logs += lines
        for line in lines:
            self._on_log(line)

    def _arn(self) -> str:
        return f"arn:aws:lambda:{self._settings.get('AWS_REGION', 'us-east-1')}:000000000000:function:{FUNCTION}"

    def _variables(self, sandbox: Sandbox) -> dict[str, str]:
        return {
            **sandbox.variables(self._settings),
            "_HANDLER": self._handler,
            "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._limits.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"local/[$LATEST]{uuid.uuid4().hex}",
        }


def _result(served: Served, logs: tuple[str, ...], request_id: str) -> Result:
    why = served.outcome if isinstance(served.outcome, Failure) else None
    return Result(
        ok=why is None,
        payload=decoded(served.outcome) if isinstance(served.outcome, bytes) else served.outcome.payload,
        error_type=why.error_type if why else "",
        error_message=why.error_message if why else "",
        duration_ms=served.duration_ms,
        init_ms=served.init_ms,
        max_rss_kb=served.max_rss_kb,
        logs=logs,
        request_id=request_id,
    )
