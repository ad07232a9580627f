"""Whom the bus lets in, as its policy says: what was agreed on may have been changed behind CloudFormation's back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import parsed, statements
from tocsin_cli.stack.accounts import Admitted

_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?")


def let_in(cloud: Cloud, stack: str) -> Admitted:
    """Those whom the two statements of this stack let in. Errors as boto3 raises them.

    EventBridge may say an account as its number or as the ARN of its root.
    """
    policy = parsed(cloud.client("events").describe_event_bus().get("Policy", ""))
    ours = {each.get("Sid"): each for each in statements(policy)}
    accounts = _principals(ours.get(f"{stack}-accounts", {}))
    condition = ours.get(f"{stack}-organization", {}).get("Condition", {})
    return Admitted(accounts, condition.get("StringEquals", {}).get("aws:PrincipalOrgID", ""))


def _principals(statement: Mapping[str, Any]) -> tuple[str, ...]:
    named = statement.get("Principal", {})
    listed = named.get("AWS", ()) if isinstance(named, dict) else ()
    found = (_ACCOUNT.fullmatch(each) for each in ([listed] if isinstance(listed, str) else listed))
    return tuple(each[1] for each in found if each)
