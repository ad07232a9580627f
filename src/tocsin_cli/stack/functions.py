"""The functions of an account, and which of them are tocsin's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.everywhere import known_regions, look_into


def functions(cloud: Cloud) -> Iterator[Mapping[str, Any]]:
    """All functions of the region, as ListFunctions tells of them. Errors as boto3 raises them."""
    return cloud.listed("lambda", "list_functions", "Functions")


def is_tocsin(function: Mapping[str, Any]) -> bool:
    """Whether it is tocsin, of the stack or put in the place of a tutorial's."""
    return str(function.get("Handler", "")).startswith("tocsin.") or "TOCSIN_STORE" in variables(function)


def variables(function: Mapping[str, Any]) -> Mapping[str, str]:
    """Its environment: what the role that asks may not decrypt is not there."""
    found: Mapping[str, str] = function.get("Environment", {}).get("Variables", {})
    return found


def found_elsewhere(cloud: Cloud) -> list[tuple[str, str]]:
    """Name and region of each tocsin in the account, as far as it may be looked at."""
    seen = look_into(cloud, known_regions(cloud), ("lambda",), _names)
    return sorted((name, each.region) for each in seen for name in each.found or ())


def _names(cloud: Cloud) -> list[str]:
    return [str(each["FunctionName"]) for each in functions(cloud) if is_tocsin(each)]
