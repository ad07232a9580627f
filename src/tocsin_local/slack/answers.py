"""What a door of the local Slack hands back: the answer for the wire, and what the inspector keeps."""

from dataclasses import dataclass

from tocsin_local.slack.wire import Response


@dataclass(frozen=True, slots=True)
class Answer:
    """`verdict` is "ok" or Slack's code word, `ts` that of the message that was stored."""

    response: Response
    verdict: str = "ok"
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    ts: str | None = None
