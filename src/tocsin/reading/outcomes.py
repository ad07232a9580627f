"""How an execution (a build, a deployment, a stack's change) stands, by the many words that services have for it."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.model import Severity, State


class Outcome(NamedTuple):
    """``name`` is "started", "succeeded", "failed", "stopped" or "changed" (any other word): a kind titles each."""

    name: str
    state: State
    tell: bool
    severity: Severity


# What has started is known, its outcome is not: one message opens, turns red or green, and says how long it took.
STARTED = Outcome("started", "unknown", True, "info")
SUCCEEDED = Outcome("succeeded", "ok", True, "info")
FAILED = Outcome("failed", "firing", False, "high")
STOPPED = Outcome("stopped", "firing", False, "low")
CHANGED = Outcome("changed", "unknown", True, "info")
# On the way from one to the other: nothing that deserves a first word.
PASSING = Outcome("changed", "unknown", False, "info")
QUIET = Outcome("succeeded", "ok", False, "info")

_WORDS = {
    STARTED: "started start in_progress inprogress created create started_in_progress",
    SUCCEEDED: "succeeded succeed success completed complete finished",
    FAILED: "failed failure fault timed_out timedout error abandoned faulted",
    STOPPED: "stopped stop cancelled canceled aborted",
    PASSING: "resumed stopping cancelling canceling pending queued submitted runnable starting running provisioning",
    QUIET: "superseded skipped",
}
_MEANS = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}


def of(word: str) -> Outcome:
    """What a state's word means, in any case of letters."""
    return _MEANS.get(word.strip().lower().replace(" ", "_").replace("-", "_"), CHANGED)


def quietly(outcome: Outcome) -> Outcome:
    """The same for a part of the whole (a stage, a phase): only its failure deserves a first word."""
    return outcome if outcome.state == "firing" else outcome._replace(state="ok", tell=False)
