"""What a method of the Web API is handed, and the two ways in which it ends."""

from dataclasses import dataclass, field
from typing import Any

from tocsin_local.slack.records import Channel
from tocsin_local.slack.workspace import Workspace


class Refused(Exception):
    """`ok: false`. `reasons` are told to the caller as Slack words them, and kept for the inspector."""

    def __init__(
        self, code: str, reasons: tuple[str, ...] = (), extra: dict[str, Any] | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(code)
        self.code, self.reasons, self.retry_after = code, reasons, retry_after
        self._extra = extra or {}

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.reasons:
            told = {"response_metadata": {"messages": [f"[ERROR] {reason}" for reason in self.reasons]}}
        return {"ok": False, "error": self.code, **self._extra, **told}


@dataclass(frozen=True, slots=True)
class Done:
    """`ok: true`, with what follows it; the rest is for the inspector."""

    body: dict[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    ts: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `content_type` is its media type, `origin` the server's own "http://host:port"."""

    workspace: Workspace
    arguments: dict[str, Any]
    content_type: str
    origin: str

    def text(self, name: str) -> str:
        """An argument that must be there, as a string."""
        value = self.arguments.get(name)
        if value is None or value == "":
            raise Refused("invalid_arguments", (f"missing required field: {name}",))
        return str(value)

    def maybe(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value is None or value == "" else str(value)

    def flag(self, name: str) -> bool:
        """True, "true" and "1" mean yes: a form has no booleans."""
        return str(self.arguments.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        value = str(self.arguments.get(name) or default)
        if not value.isdecimal():
            raise Refused("invalid_arguments", (f"must provide an integer [json-pointer:/{name}]",))
        return int(value)

    def channel(self, by_name: bool = False) -> Channel:
        """The channel that the call names: by id, for some methods also by name."""
        name = self.text("channel")
        channel = self.workspace.channel(name) if by_name else self.workspace.channels.get(name)
        if channel is None:
            raise Refused("channel_not_found")
        return channel

    def require(self, scope: str) -> None:
        """Refuses a token without this scope; "" asks for none."""
        scopes = self.workspace.settings.scopes
        if scope and scope not in scopes:
            raise Refused("missing_scope", extra={"needed": scope, "provided": ",".join(sorted(scopes))})
