"""Slack's signing secret from a SecureString: read when it is first needed, and again when a signature does not fit it.

So it can be set after the stack, and changed without a deployment; but strangers, whose signatures never fit, must not
make us ask AWS each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.aws.calls import GET_SIGNING_SECRET
from tocsin.aws.client import Client
from tocsin.aws.errors import AwsError
from tocsin.logbook import trouble

PATIENCE = 2.0  # seconds for reading it: Slack waits 3 for its answer
BETWEEN = 60.0  # seconds between two readings, whoever knocks


@dataclass(slots=True)
class SigningSecret:
    """The secret in ``parameter``. ``clock`` counts seconds."""

    parameter: str
    client: Client
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _held: str = field(default="", init=False, repr=False)
    _asked: float | None = field(default=None, init=False, repr=False)

    def other_than(self, tried: str) -> str:
        """The secret if it is not ``tried``, else the one that the parameter holds by now; "" where that is none
        other, or was asked for a moment ago."""
        if self._held == tried and self._may_ask():
            self._held = self._read() or self._held
        return "" if self._held == tried else self._held

    def _may_ask(self) -> bool:
        now = self.clock()
        if self._asked is not None and now - self._asked < BETWEEN:
            return False
        self._asked = now
        return True

    def _read(self) -> str:
        try:
            answer = self.client.call(GET_SIGNING_SECRET, {"Name": self.parameter, "WithDecryption": True})
        except AwsError as error:
            trouble("signing secret not read", {"parameter": self.parameter, "why": str(error)})
            return ""
        return str(answer.get("Parameter", {}).get("Value", "")).strip()
