"""The steps from another function to tocsin: both run side by side, then the old one is disconnected. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin_cli.alarms_there import ACTIONS, Alarm
from tocsin_cli.migration.known import NOTIFY_SLACK, Known
from tocsin_cli.migration.roads import Roads, Rule, Subscription, is_function
from tocsin_cli.pasted import apart
from tocsin_cli.wiring.acting import full
from tocsin_cli.wiring.rewriting import whole

_TRIAL = "a trial: tocsin beside the function of before"


@dataclass(frozen=True, slots=True)
class Home:
    """Where it all happens: ``stack`` is the stack's name, ``function`` the ARN of its function, "" before it is made.
    ``made_by`` is the CloudFormation stack of the old function, ``kept`` are its topics that this one made too.
    ``profile`` is the one of the user's AWS configuration, "" for the usual one."""

    region: str
    stack: str
    function: str
    made_by: str = ""
    kept: tuple[str, ...] = ()
    profile: str = ""

    @property
    def account(self) -> tuple[str, ...]:
        """The option that names the account to the AWS CLI and to tocsin."""
        return ("--profile", self.profile) if self.profile else ()


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, why, and the commands; ``undo`` are those that take it back."""

    title: str
    why: str
    commands: tuple[str, ...]
    undo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One function on its way to tocsin. ``fields`` are those that PutMetricAlarm and PutCompositeAlarm take."""

    name: str
    arn: str
    known: Known
    roads: Roads
    home: Home
    fields: frozenset[str] = frozenset()

    def steps(self) -> tuple[Step, ...]:
        """In this order nothing is missed: until the fifth step, the old function goes on."""
        return (self._make(), self._prove(), self._join(), self._compare(), self._part(), self._remove())

    def _make(self) -> Step:
        deploy = ("tocsin", "deploy", *self._here(), *(("--regions", self._region) if self._is_away else ()))
        if self.home.function:
            return Step(
                "The stack is there already",
                "this brings it up to date, and asks before it does",
                (shlex.join(deploy),),
            )
        webhook = self.known.webhook
        if webhook is None or not webhook.is_plain:
            why = "its webhook is encrypted or stands in its code: take it from your Slack app's page Incoming Webhooks"
            return Step("Make the stack; it asks for the webhook and does not show it", why, (shlex.join(deploy),))
        query = f'Environment.Variables."{webhook.variable}"'
        read = self._aws("lambda", "get-function-configuration", "--function-name", self.name, "--query", query)
        piped = f"{read} --output text | {shlex.join((*deploy, '--yes', '--slack-webhook-url-file', '-'))}"
        why = "the first shows what it makes; the second hands the old function's webhook over, unseen"
        return Step("Make the stack, with the same webhook", why, (shlex.join((*deploy, "--plan")), piped))

    def _prove(self) -> Step:
        command = shlex.join(("tocsin", "test", *self._here()))
        return Step("See that it arrives", "an alarm of tocsin's own goes the whole way", (command,))

    def _join(self) -> Step:
        topics = dict.fromkeys(each.topic for each in (*self.roads.topics, *self.roads.queued))
        alarms = (str(each["AlarmName"]) for each in self.roads.alarms if not full(Alarm(each), self._tocsin))
        names = (*topics, *((self._tocsin,) if self._needs_topic else ()), *(() if self._is_away else alarms))
        connect = (shlex.join(("tocsin", "connect", *self._here(), *apart(names))),) if names else ()
        why = (
            "tocsin hears of this region's alarms since it was made, with this also of their thresholds and of "
            "whatever else is published there; both tell you now, so each alarm stands in Slack twice"
        )
        return Step("Connect what leads to the old function", why, (*self._topic_made(), *connect, *self._rules_too()))

    def _topic_made(self) -> Iterator[str]:
        """Rules and alarms of another region reach what is in that region alone: a topic there, which tocsin reads."""
        if self._needs_topic:
            yield self._aws("sns", "create-topic", "--name", self.home.stack)
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(self._admitted())}, separators=(",", ":"))
            yield self._aws("sns", "set-topic-attributes", "--topic-arn", self._tocsin, "--attribute-name", "Policy",
                            "--attribute-value", policy)  # fmt: skip

    def _admitted(self) -> Iterator[Mapping[str, Any]]:
        account, topic = self.arn.split(":")[4], self._tocsin
        root = {"AWS": f"arn:{self.arn.split(':')[1]}:iam::{account}:root"}
        own = ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"]
        yield {"Effect": "Allow", "Principal": root, "Action": own, "Resource": topic}
        publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
        ours = {"StringEquals": {"aws:SourceAccount": account}}
        yield {**publish, "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Condition": ours}
        if self.roads.rules:
            # A topic's condition lets no rule in: …/eventbridge/latest/userguide/eb-use-resource-based.html
            yield {**publish, "Principal": {"Service": "events.amazonaws.com"}}

    def _rules_too(self) -> Iterator[str]:
        for rule in self.roads.rules:
            if self._is_away:
                yield self._told(rule, self._tocsin)
                continue
            name = (
                "--function-name",
                self.home.stack,
                "--statement-id",
                re.sub(r"[^\w-]", "-", f"{rule.name}-too")[:100],
            )
            yield self._aws("lambda", "add-permission", *name, "--action", "lambda:InvokeFunction",
                            "--principal", "events.amazonaws.com", "--source-arn", rule.arn)  # fmt: skip
            yield self._told(rule, self.home.function or self._function)

    def _told(self, rule: Rule, arn: str) -> str:
        return self._aws("events", "put-targets", "--rule", rule.name, "--targets", f"Id=tocsin,Arn={arn}")

    def _compare(self) -> Step:
        why = "wait until the old function and tocsin both told you, better for some days"
        alarm, topics = self.roads.trial, (*self.roads.topics, *self.roads.queued)
        if alarm:
            state = ("--alarm-name", alarm, "--state-value", "ALARM", "--state-reason", _TRIAL)
            why += (
                "; CloudWatch takes this state back by itself at its next evaluation; whoever else reads the topic is "
                "told too"
            )
            return Step("Compare them", why, (self._aws("cloudwatch", "set-alarm-state", *state),))
        publish = (self._topic("publish", each.topic, "--message", _TRIAL) for each in topics[:1])
        return Step("Compare them", why, tuple(publish))

    def _part(self) -> Step:
        commands = (
            *(self._topic("unsubscribe", each.topic, "--subscription-arn", each.arn) for each in self.roads.topics),
            *(
                self._aws("events", "remove-targets", "--rule", each.name, "--ids", *each.targets)
                for each in self.roads.rules
            ),
            *(self._reading(each, False) for each in self.roads.readers),
            *(self._instead(each) for each in self.roads.alarms),
        )
        back = (
            *(self._back(each) for each in self.roads.topics),
            *(self._reading(each, True) for each in self.roads.readers),
        )
        why = "it gets nothing any more, and tocsin goes on"
        if self.roads.alarms:
            why += "; run `tocsin migrate` anew before: whole alarms are written, as they were when this was printed"
        if self.known.what == NOTIFY_SLACK:
            why += "; until the next step is done, terraform apply would subscribe it again"
        return Step("Disconnect the old function", why, commands, back)

    def _remove(self) -> Step:
        title = "After a quiet week, remove it"
        if self.known.what == NOTIFY_SLACK:
            why = (
                "the module usually made the topic too (create_sns_topic): without the first two lines your alarms "
                "would act on nothing; then take the module out of your configuration"
            )
            state = (
                "terraform state list | grep 'aws_sns_topic\\.'",
                "terraform state rm 'module.NAME.aws_sns_topic.this[0]'",
            )
            return Step(title, why, (*state, "terraform plan"))
        if self.home.kept:
            topics = ", ".join(self.home.kept)
            why = f"its stack {self.home.made_by} made {topics} too, on which your alarms act: keep the stack"
            return Step("Leave it", why, ())
        if self.home.made_by:
            delete = self._aws("cloudformation", "delete-stack", "--stack-name", self.home.made_by)
            return Step(title, f"it is part of the stack {self.home.made_by}", (delete,))
        queues = (
            *(self._topic("unsubscribe", each.topic, "--subscription-arn", each.arn) for each in self.roads.queued),
            *(self._aws("lambda", "delete-event-source-mapping", "--uuid", each) for each in self.roads.readers),
        )
        delete = self._aws("lambda", "delete-function", "--function-name", self.name)
        return Step(title, "its role and its log stay, until you delete them in the console", (*queues, delete))

    def _here(self) -> tuple[str, ...]:
        stack = () if self.home.stack == "tocsin" else ("--stack", self.home.stack)
        return ("--region", self.home.region, *self.home.account, *stack)

    def _aws(self, *words: str) -> str:
        return shlex.join(("aws", *words[:2], "--region", self._region, *self.home.account, *words[2:]))

    @property
    def _function(self) -> str:
        """The function that the stack will have, which is called after it."""
        partition, account = self.arn.split(":")[1], self.arn.split(":")[4]
        return f"arn:{partition}:lambda:{self.home.region}:{account}:function:{self.home.stack}"

    def _back(self, each: Subscription) -> str:
        return self._topic(
            "subscribe",
            each.topic,
            "--topic-arn",
            each.topic,
            "--protocol",
            "lambda",
            "--notification-endpoint",
            self.arn,
        )

    def _topic(self, verb: str, topic: str, *words: str) -> str:
        named = ("--topic-arn", topic) if verb == "publish" else ()
        return shlex.join(("aws", "sns", verb, "--region", topic.split(":")[3], *self.home.account, *named, *words))

    def _reading(self, mapping: str, on: bool) -> str:
        return self._aws(
            "lambda", "update-event-source-mapping", "--uuid", mapping, "--enabled" if on else "--no-enabled"
        )

    @property
    def _region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def _is_away(self) -> bool:
        """Whether the old function is in another region than the stack is, or will be."""
        return self._region != self.home.region

    @property
    def _needs_topic(self) -> bool:
        return self._is_away and bool(self.roads.rules or self.roads.alarms)

    @property
    def _tocsin(self) -> str:
        """The topic of the stack, which is called after it; in another region the one that is made there."""
        partition, account = self.arn.split(":")[1], self.arn.split(":")[4]
        return f"arn:{partition}:sns:{self._region}:{account}:{self.home.stack}"

    def _instead(self, given: Mapping[str, Any]) -> str:
        """The alarm as it is, tocsin's topic in the old function's place: CloudWatch takes whole definitions only."""
        alarm = Alarm(given)
        actions = {}
        for each in ACTIONS:
            kept = [arn for arn in alarm.actions(each) if not is_function(arn, self.arn)]
            told = [self._tocsin] if each != "InsufficientDataActions" and self._tocsin not in kept else []
            actions[each] = [*kept, *told]
        left = whole(given, self.fields, actions)
        operation = "put-composite-alarm" if alarm.is_composite else "put-metric-alarm"
        return self._aws("cloudwatch", operation, "--cli-input-json", json.dumps(left, ensure_ascii=False))
