"""What a deployment would change as JSON, in CloudFormation's own words: for programs."""

from __future__ import annotations

from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.changes import Change, Plan


def stack_changes(cloud: Cloud, plan: Plan) -> dict[str, Any]:
    """One stack that is made or updated; without changes it is as it should be."""
    action = "CREATE" if plan.makes else "UPDATE"
    return _stack(cloud, plan.stack, action) | {"changes": [_change(each) for each in plan.changes]}


def stack_removed(cloud: Cloud, name: str) -> dict[str, Any]:
    """One stack that goes, with all of it."""
    return _stack(cloud, name, "DELETE") | {"changes": []}


def _stack(cloud: Cloud, name: str, action: str) -> dict[str, Any]:
    return {"stack": name, "account": cloud.account, "region": cloud.region, "action": action}


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "resource": change.name,
        "type": change.sort,
        "replacement": change.replacement or None,
        "properties": change.what,
    }
