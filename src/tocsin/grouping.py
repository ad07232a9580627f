"""Names what is stored: which incident a signal belongs to, and which message an incident's episode is shown in.

Keys carry the version of their rule: a later rule can then never merge with an earlier one's rows.
"""

from __future__ import annotations

from tocsin.model import Incident, Signal

INCIDENT = "v1:I#"
EVENT = "v1:E#"
MESSAGE = "v1:M#"
OPEN = "open"
# Bytes; a message's key repeats an incident's. DynamoDB takes 1,024 where an index sorts by it, and what it cannot hold
# is written longer (aws/items.py): https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
LONGEST = 700


def incident_key(signal: Signal) -> str:
    """A condition belongs to its subject; a happening to its story, or to nobody but itself."""
    if signal.sort == "condition":
        return INCIDENT + shortened(signal.subject)
    return f"{INCIDENT}{signal.kind}:{shortened(signal.story or signal.event_id)}"


def is_of(alarm: str, signal: Signal) -> bool:
    """Whether it is about this alarm (its ARN), and not about one of that name elsewhere."""
    whole = f"{signal.partition}:{signal.account}:{signal.region}:{alarm}"
    return signal.sort == "condition" and signal.subject == whole


def whole_key(signal: Signal) -> str:
    """Of what a firing part belongs to; empty for everything else."""
    return INCIDENT + shortened(signal.part_of) if signal.part_of and signal.state == "firing" else ""


def event_key(signal: Signal) -> str:
    """Under which a happening's event id is remembered."""
    return f"{EVENT}{signal.kind}:{shortened(signal.event_id)}"


def message_id(view: Incident) -> str:
    """A lone incident has one message per episode."""
    return f"{view.key.removeprefix(INCIDENT)}#{view.episode}"


def message_key(destination: str, message: str) -> str:
    return f"{MESSAGE}{destination}#{message}"


def shortened(text: str) -> str:
    """A name that can be part of a key: itself, or its beginning and what tells it from all others. Twice is once."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= LONGEST:
        return text
    from hashlib import sha256  # only for absurdly long names, so not at every cold start

    return f"{text[:150]}~{sha256(raw).hexdigest()}"
