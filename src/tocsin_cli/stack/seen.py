"""One thing of the road that was looked at, and how to look so that nothing hides what comes after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.refusals import code_of, is_denied, is_gone, is_of_a_stranger


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. ``trouble``: what is wrong with it, "" where all is well; ``mend``: a command to
    paste. ``is_known``: whether it could be looked at."""

    what: str
    trouble: str = ""
    mend: str = ""
    is_known: bool = True

    def lines(self) -> Iterator[str]:
        """As people read it."""
        mark = "✓" if not self.trouble else "✗" if self.is_known else "?"
        yield f"  {mark} {self.what}: {self.trouble}" if self.trouble else f"  {mark} {self.what}"
        if self.mend:
            yield f"      $ {self.mend}"

    def told(self) -> dict[str, object]:
        """As programs read it."""
        return {"what": self.what, "trouble": self.trouble, "mend": self.mend, "known": self.is_known}


def guarded(what: str, mend: str, part: Iterable[Seen]) -> Iterator[Seen]:
    """What ``part`` sees, or that it is gone or may not be looked at. Raises only where AWS does not know who asks."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        yield from part
    except ClientError as error:
        if is_of_a_stranger(error):
            raise
        if is_gone(error):
            yield Seen(what, "it is gone", mend)
        else:
            why = "is denied" if is_denied(error) else f"says {code_of(error)}"
            yield Seen(what, f"it could not be looked at: {error.operation_name} {why}", is_known=False)
    except (ConnectionError, HTTPClientError) as error:
        yield Seen(what, f"it could not be looked at: {' '.join(str(error).split())}", is_known=False)


def rule(cloud: Cloud, name: str, what: str, means: str, mend: str) -> Iterator[Seen]:
    """Whether a rule of EventBridge is there and on; ``means``: what becomes of alarms where it is not."""
    events = cloud.client("events")
    try:
        state = events.describe_rule(Name=name)["State"]
    except events.exceptions.ResourceNotFoundException:
        yield Seen(what, f"it is gone, so {means}", mend)
        return
    if state.startswith("ENABLED"):
        yield Seen(f"{what}: on")
    else:
        yield Seen(what, f"it is switched off, so {means}", pasted.aws(cloud, "events", "enable-rule", "--name", name))
