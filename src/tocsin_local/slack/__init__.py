"""A faithful stand-in for Slack on this machine: it refuses what Slack refuses, and shows why."""

from tocsin_local.slack.clock import Clock, VirtualClock
from tocsin_local.slack.records import Channel, Hook, HookState, Message, Received, TokenState, UnknownThread
from tocsin_local.slack.server import LocalSlack
from tocsin_local.slack.validation import Verdict, judge

__all__ = [
    "Channel",
    "Clock",
    "Hook",
    "HookState",
    "LocalSlack",
    "Message",
    "Received",
    "TokenState",
    "UnknownThread",
    "Verdict",
    "VirtualClock",
    "judge",
]
