"""Whether a key lets those in who must use it: the break that nobody sees, since the topic's own policy is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import Asked, Policy, allows, extended, parsed

# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
NEEDED = ("kms:GenerateDataKey*", "kms:Decrypt")
_ASKED = ("kms:GenerateDataKey", "kms:Decrypt")
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as KMS describes it (``state``: Enabled, Disabled, PendingDeletion, …; GONE), with its policy."""

    id: str
    state: str
    is_of_aws: bool
    policy: Policy

    def shut_out(self, services: Iterable[str], account: str) -> tuple[str, ...]:
        """Those of the services that may not use it. A key of AWS's own, alias/aws/sns say, admits none."""
        return tuple(each for each in services if self.is_of_aws or not self._admits(each, account))

    def _admits(self, service: str, account: str) -> bool:
        known = {"aws:sourceaccount": account, "kms:calleraccount": account}
        return all(allows([self.policy], Asked(action, "*", service, known)) for action in _ASKED)

    def admitting(self, services: Iterable[str], account: str) -> Policy:
        """Its policy with a statement that lets these services in."""
        statement = {
            "Sid": "WhoPublishesToTheTopics",
            "Effect": "Allow",
            "Principal": {"Service": list(services)},
            "Action": list(NEEDED),
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
        return extended(self.policy, statement)


def read_key(cloud: Cloud, name: str) -> Key:
    """By its id, ARN or alias, whether it is there or not. Errors as boto3 raises them."""
    if "alias/aws/" in name:
        return Key(name, "Enabled", True, {})
    kms = cloud.client("kms")
    try:
        found = kms.describe_key(KeyId=name)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return Key(name, GONE, False, {})
    if found.get("KeyManager") == "AWS":
        return Key(name, found["KeyState"], True, {})
    policy = kms.get_key_policy(KeyId=found["KeyId"], PolicyName="default")["Policy"]
    return Key(found["KeyId"], found["KeyState"], False, parsed(policy))
