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
    named = ["--stack", stack] if stack != _USUAL else []
    return shlex.join(["tocsin", *arguments, *_where(cloud), *named])


def _where(cloud: Cloud) -> list[str]:
    return ["--region", cloud.region, *(["--profile", cloud.profile] if cloud.profile else [])]
