"""What an account is called: a parameter for each, which `tocsin deploy` writes beside the Slack secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tocsin.aws.calls import GET_ACCOUNT_NAME
from tocsin.aws.client import Client
from tocsin.aws.errors import AwsError
from tocsin.logbook import trouble
from tocsin.model import Signal
from tocsin.ports import More

KEPT = 3600.0  # seconds for which a name, or that there is none, is good enough
PATIENCE = 0.25  # seconds: a name must not take the time of what matters more
_MOST = 1_000  # accounts that a container remembers
_LONGEST = 200  # characters; a parameter may hold 4,096
_ACCOUNT = re.compile(r"[0-9]{12}")
# What trying again a little later cannot help.
_FINAL = ("absent", "denied", "refused")


@dataclass(slots=True, eq=False)
class AccountNames:
    """An Enricher: the names lie under ``path``, each account's in a parameter of its number."""

    client: Client
    path: str
    _kept: dict[str, tuple[float, str]] = field(default_factory=dict, init=False, repr=False)
    _denied: bool = field(default=False, init=False, repr=False)

    def more(self, signal: Signal, seconds: float) -> More:
        """The signal with its account's name, if it has one. Raises nothing that AWS does."""
        if signal.account_name or not _ACCOUNT.fullmatch(signal.account):
            return More(signal)
        until, name = self._kept.get(signal.account, (0.0, ""))
        if self.client.clock() >= until:
            try:
                name = self._read(signal.account, min(seconds, PATIENCE))
            except AwsError as error:
                self._complain(signal.account, error)
                if error.kind not in _FINAL:
                    return More(replace(signal, account_name=name), whole=False)
                name = ""
            self._keep(signal.account, name)
        return More(replace(signal, account_name=name))

    def _read(self, account: str, seconds: float) -> str:
        client = replace(self.client, patience=seconds)
        answer = client.call(GET_ACCOUNT_NAME, {"Name": f"{self.path}/{account}"}).get("Parameter")
        value = answer.get("Value") if isinstance(answer, dict) else None
        return value.strip()[:_LONGEST] if isinstance(value, str) else ""

    def _keep(self, account: str, name: str) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[account] = (self.client.clock() + KEPT, name)

    def _complain(self, account: str, error: AwsError) -> None:
        """That most accounts have no name is nothing to speak of; that a permission is missing is said once."""
        if error.kind != "absent" and not self._denied:
            trouble("account's name not read", {"account": account, "why": str(error)})
        self._denied = self._denied or error.kind == "denied"
