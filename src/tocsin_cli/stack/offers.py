"""What an account still lacks once alarms arrive: each with its price and the command that adds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin_cli import pasted
from tocsin_cli.alarms_there import alarms
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes.choosing import search
from tocsin_cli.recipes.recipe import recipe
from tocsin_cli.stack.standing import Stack

_ALARM = 0.10  # USD a month: aws.amazon.com/cloudwatch/pricing
_NAMED = 20
# https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
# Without actions of its own it costs nothing: aws.amazon.com/aws-cost-management/aws-budgets/pricing
_BUDGET = {
    "BudgetName": "monthly",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "20", "Unit": "USD"},
}
# There is no forecast before some five weeks of usage: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
_WHEN = tuple(
    {"NotificationType": each, "ComparisonOperator": "GREATER_THAN", "Threshold": 100}
    for each in ("ACTUAL", "FORECASTED")
)


@dataclass(frozen=True, slots=True)
class Offers:
    """What the stack's account and region lack."""

    cloud: Cloud = field(repr=False)
    stack: Stack

    def lines(self) -> Iterator[str]:
        """Two lines for each offer, the second one the command; none where all is there or where we may not look."""
        from botocore.exceptions import BotoCoreError, ClientError

        for offer in (self._cpu, self._budget):
            try:
                yield from offer()
            except (ClientError, BotoCoreError):  # a right that only this needs must not spoil a deployment
                continue

    def _cpu(self) -> Iterator[str]:
        watched = {
            one["Value"]
            for alarm in alarms(self.cloud)
            if alarm.definition.get("MetricName") == "CPUUtilization"
            for one in alarm.definition.get("Dimensions", ())
        }
        there = search(self.cloud, recipe("cpu")).found
        lone = [each.target.id for each in there if each.target.sort == "instance" and each.target.id not in watched]
        if lone:
            # Without names it lists them and asks; --all would add alarms for what has one, and for databases too.
            which = lone if len(lone) <= _NAMED else ()
            who = "instance has no alarm on its" if len(lone) == 1 else "instances have no alarm on their"
            yield f"{len(lone)} running {who} CPU ({_ALARM:.2f} USD a month each):"
            yield f"  $ {pasted.tocsin(self.cloud, self.stack.name, 'alarm', 'add', 'cpu', *which)}"

    def _budget(self) -> Iterator[str]:
        # It answers from one place for the whole account, and boto3 knows where.
        found = self.cloud.client("budgets").describe_budgets(AccountId=self.cloud.account, MaxResults=1)
        if not found.get("Budgets"):
            topic = {"SubscriptionType": "SNS", "Address": self.stack.outputs["TopicArn"]}
            told = [{"Notification": each, "Subscribers": [topic]} for each in _WHEN]
            wanted = ["--account-id", self.cloud.account, "--budget", json.dumps(_BUDGET)]
            wanted += ["--notifications-with-subscribers", json.dumps(told)]
            yield "The account has no budget, which costs nothing (put your own amount in the place of 20):"
            yield f"  $ {pasted.aws(self.cloud, 'budgets', 'create-budget', *wanted)}"
