"""Who made a call: the root user, an IAM user, a role's session, somebody from outside, another account, AWS itself.

Shapes: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tocsin.kinds.cloudtrail.record import Record
from tocsin.model import Phrase, Value
from tocsin.reading import arns, fields

Sort = Literal["root", "user", "role", "instance", "sso", "federated", "account", "service", "unknown"]

# The role that IAM Identity Center makes of a permission set: AWSReservedSSO_<permission set>_<16 hex digits>.
_SSO = re.compile(r"AWSReservedSSO_(.+?)(_[0-9a-f]{16})?\Z")
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True)
class Actor:
    """``said`` is for people; ``id`` stays the same between one actor's calls (a role's sessions are one actor)."""

    sort: Sort
    said: Phrase
    id: str
    name: str = ""
    key: str = ""
    account: str = ""


def actor(record: Record) -> Actor:
    """Who made the call; "unknown" where CloudTrail does not say, never an error."""
    identity = record.identity
    kind = fields.text(identity, "type")
    key, account = fields.text(identity, "accessKeyId"), fields.text(identity, "accountId")
    arn = fields.text(identity, "arn")
    by = fields.text(identity, "invokedBy")
    name = _name(identity)
    if kind == "Root" and not by and record.kind != "AwsServiceEvent":
        return Actor("root", Phrase("cloudtrail.who_root"), "root", "root", key, account)
    if kind == "AssumedRole" or ":assumed-role/" in arn:
        return _session(record, arn, key, account)
    if kind == "IAMUser" or ":user/" in arn:
        if name in ("", _HIDDEN):
            return Actor("unknown", Phrase("cloudtrail.who_no_user"), "user:?", account=account)
        return Actor("user", Phrase("cloudtrail.who_user", {"name": name}), f"user:{name}", name, key, account)
    if kind in ("FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Directory"):
        return _outsider(identity, kind, name or arn, key, account)
    if "ANONYMOUS_PRINCIPAL" in (account, name):
        return Actor("unknown", Phrase("cloudtrail.who_anonymous"), "anonymous")
    if kind == "AWSAccount":
        said = Phrase("cloudtrail.who_account", {"account": account or name})
        return Actor("account", said, f"account:{account}", account or name, key, account)
    if by or kind == "AWSService" or (record.kind == "AwsServiceEvent" and not fields.text(identity, "userName")):
        name = by or fields.text(identity, "principalId") or record.ip or record.service
        return Actor("service", Phrase("cloudtrail.who_service", {"name": name}), f"service:{name}", name)
    said = Phrase("words.text", {"text": name}) if name else Phrase("cloudtrail.who_unknown")
    return Actor("unknown", said, f"{kind}:{name}", name, key, account)


def _session(record: Record, arn: str, key: str, account: str) -> Actor:
    issuer = fields.mapping(fields.mapping(record.identity, "sessionContext"), "sessionIssuer")
    parsed = arns.parse(arn)
    parts = parsed.resource.split("/") if parsed else []
    principal = fields.text(record.identity, "principalId").partition(":")
    role = fields.text(issuer, "userName") or (parts[1] if len(parts) > 2 else "") or principal[0] or arn
    session = (parts[-1] if len(parts) > 2 else "") or principal[2]
    if sso := _SSO.match(role):
        said = Phrase("cloudtrail.who_sso", {"name": session or role, "set": sso[1]})
        return Actor("sso", said, f"sso:{session}:{role}", session or role, key, account)
    args: dict[str, Value] = {"name": role, "session": session}
    said = Phrase("cloudtrail.who_session" if session else "cloudtrail.who_role", args)
    sort: Sort = "instance" if re.match(r"i-[0-9a-f]{8,17}\Z", session) else "role"
    # Every Lambda instance, build or machine calls its session differently: the role is what is one actor.
    return Actor(sort, said, f"role:{account}:{role}", role, key, account)


def _outsider(identity: fields.Json, kind: str, name: str, key: str, account: str) -> Actor:
    behalf = fields.mapping(identity, "onBehalfOf")
    name = name or fields.text(behalf, "userId") or fields.text(identity, "principalId")
    provider = fields.text(identity, "identityProvider") or kind
    said = Phrase("cloudtrail.who_federated", {"name": name, "provider": provider})
    sort: Sort = "sso" if kind == "IdentityCenterUser" else "federated"
    return Actor(sort, said, f"{kind}:{name}", name, key, account)


def _name(identity: fields.Json) -> str:
    """The name as it is written, else what the ARN ends in, else the principal's id."""
    parsed = arns.parse(fields.text(identity, "arn"))
    from_arn = parsed.resource.rpartition("/")[2] if parsed and "/" in parsed.resource else ""
    return fields.text(identity, "userName") or from_arn or fields.text(identity, "principalId")
