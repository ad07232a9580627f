"""Slack's secret from a SecureString: read when it is first needed, and again when Slack no longer takes it.

So it can be set after the stack, and changed without a deployment:
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tocsin.aws.calls import GET_PARAMETER
from tocsin.aws.client import Client
from tocsin.aws.errors import AwsError
from tocsin.logbook import trouble
from tocsin.model import Incident, Message, Receipt
from tocsin.ports import ConfigError, DeliveryError, Destination


@dataclass(slots=True)
class Unlocked:
    """A destination that ``make`` puts together from the secret in ``parameter``.

    While there is none, or none that works, its DeliveryError is no permanent one: messages wait for it.
    """

    name: str
    parameter: str
    client: Client
    make: Callable[[str], Destination] = field(repr=False)
    _secret: str = field(default="", init=False, repr=False)
    _made: Destination | None = field(default=None, init=False, repr=False)

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        """As the destination itself; a refusal for good may be the old secret's, so a changed one is tried once."""
        try:
            return self._opened().show(message, incidents, shown)
        except DeliveryError as error:
            if not error.permanent or not self._is_changed():
                raise
            message = replace(message, doubt=message.doubt or error.ambiguous)
        return self._opened().show(message, incidents, shown)

    def _opened(self) -> Destination:
        if self._made is None:
            self._made = self._make(self._read())
        return self._made

    def _is_changed(self) -> bool:
        """Whether the parameter holds another secret by now, which is then the one that is used."""
        try:
            secret = self._read()
            if secret == self._secret:
                return False
            self._made = self._make(secret)
        except DeliveryError:
            return False
        return True

    def _make(self, secret: str) -> Destination:
        try:
            made = self.make(secret)
        except ConfigError as error:
            trouble("secret cannot be used", {"parameter": self.parameter, "why": str(error)})
            raise DeliveryError("secret_unusable") from error
        self._secret = secret
        return made

    def _read(self) -> str:
        try:
            answer = self.client.call(GET_PARAMETER, {"Name": self.parameter, "WithDecryption": True})
        except AwsError as error:
            trouble("secret not read", {"parameter": self.parameter, "why": str(error)})
            raise DeliveryError("secret_missing" if error.kind == "absent" else "secret_unreadable") from error
        return str(answer.get("Parameter", {}).get("Value", "")).strip()
