"""Commands for people to paste: they name the region, and whatever else is not usual."""

from __future__ import annotations

import shlex

from tocsin_cli.cloud import Cloud

_USUAL = "tocsin"


def aws(cloud: Cloud, *arguments: str) -> str:
    """One of the AWS command line."""
    return shlex.join(["aws", *arguments, *_where(cloud)])


def tocsin(cloud: Cloud, stack: str, *arguments: str) -> str:
    """One of tocsin's own, about the stack of this name."""
    return shlex.join(["tocsin", *arguments, *_whose(cloud, stack)])


def connect(cloud: Cloud, stack: str, *names: str) -> str:
    """`tocsin connect` with topics or alarms."""
    last = apart(names)
    if last == names:
        return tocsin(cloud, stack, "connect", *names)
    return shlex.join(["tocsin", "connect", *_whose(cloud, stack), *last])


def apart(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as the last arguments of one of tocsin's own: what looks like an option is not taken for one."""
    return ("--", *names) if any(name.startswith("-") for name in names) else names


def _whose(cloud: Cloud, stack: str) -> list[str]:
    return [*_where(cloud), *(["--stack", stack] if stack != _USUAL else [])]


def _where(cloud: Cloud) -> list[str]:
    return ["--region", cloud.region, *(["--profile", cloud.profile] if cloud.profile else [])]
