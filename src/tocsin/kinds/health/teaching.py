"""What sort of Health event it is: how to title it, how bad it is, what it means and what to do."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.model import Severity, Sort


class About(NamedTuple):
    """``title`` is the key of a sentence with the braces service, region, what (the resources) and type."""

    title: str
    severity: Severity
    sort: Sort = "condition"
    meaning: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


_RISK = About(
    "health.risk", "critical", "condition", ("health.risk_means",),
    ("health.do_key", "health.do_trail", "health.do_leftovers", "health.do_case"),
)  # fmt: skip
_ABUSE = About(
    "health.abuse", "high", "condition", ("health.abuse_means",),
    ("health.do_answer", "health.do_find", "health.do_isolate"),
)  # fmt: skip
_CATEGORIES = {
    "issue": About("health.issue", "high", "condition", ("health.issue_means",), ("health.do_wait", "health.do_shift")),
    "investigation": About(
        "health.investigation", "medium", "condition", ("health.investigation_means",), ("health.do_watch",)
    ),
    "scheduledChange": About("health.change", "medium", "condition", ("health.change_means",), ("health.do_plan",)),
    "accountNotification": About("health.notice", "info", "happening"),
}
_OTHER = About("health.notice", "low", "happening")
# Parts of a type's code that make a notice urgent.
_URGENT = (
    "SUSPEN",
    "SECURITY",
    "EXPIR",
    "TERMINAT",
    "RETIREMENT",
    "DEPRECAT",
    "END_OF_LIFE",
    "OPERATIONAL_NOTIFICATION",
)


def about(service: str, code: str, category: str) -> About:
    """By who speaks (RISK, ABUSE), else by category; a notice about an end or a danger is graded higher."""
    if service.upper() == "RISK" or code.startswith("AWS_RISK"):
        return _RISK
    if service.upper() == "ABUSE" or code.startswith("AWS_ABUSE"):
        return _ABUSE
    found = _CATEGORIES.get(category, _OTHER)
    if found.title == "health.notice" and any(part in code for part in _URGENT):
        return About("health.notice", "medium", "happening", (), ("health.do_read",))
    return found


def spelled(code: str, service: str) -> str:
    """A type's code as words: AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED is "instance retirement scheduled"."""
    bare = code.removeprefix("AWS_").removeprefix(f"{service.upper()}_")
    return bare.replace("_", " ").lower().strip()
