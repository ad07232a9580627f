"""The stack in a small AWS with a Slack beside it, all well; and a command line that runs what the doctor hands out."""

from __future__ import annotations

import functools
import json
import os
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.validate import ParamValidator
from click.testing import CliRunner

import emulator
from tocsin.destinations.http import Connections
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.doctor.restoring import restored
from tocsin_cli.doctor.scene import Scene, scene
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.deployment import Wish, deployment
from tocsin_cli.stack.slack_secret import Vault
from tocsin_cli.stack.standing import Stack, made
from tocsin_local.slack.server import LocalSlack

REGION = "eu-north-1"
TICK = {
    "id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
    "resources": ["arn:aws:events:eu-north-1:123456789012:rule/tocsin-tick"],
}  # fmt: skip

# The command line's own names: https://docs.aws.amazon.com/cli/latest/reference/sns/subscribe.html
_RENAMED = {("sns", "--notification-endpoint"): "--endpoint"}


@dataclass(frozen=True)
class Home:
    """Where the stack is."""

    cloud: Cloud
    slack: LocalSlack
    connections: Connections
    session: Any

    @property
    def stack(self) -> Stack:
        return made(self.cloud, "tocsin")

    def client(self, service: str, region: str = REGION) -> Any:
        return self.cloud.elsewhere(region).client(service)

    def scene(self, stack: Stack | None = None, cloud: Cloud | None = None, now: int | None = None) -> Scene:
        """As the doctor finds it, read anew."""
        at = int(time.time() * 1000) if now is None else now
        return scene(cloud or self.cloud, stack or self.stack, at, self.connections, self.slack.api_url)

    def tick(self) -> None:
        """What the schedule does each minute, which this AWS does not do."""
        self.client("lambda").invoke(FunctionName="tocsin", Payload=json.dumps(TICK))


class Answers:
    """A cloud in which some operations answer what a test says: botocore asks its handlers before the network.

    An answer must have the shape that the service's model says; a text is the code of a refusal.
    """

    def __init__(self, home: Home, **answers: Mapping[str, Any] | str) -> None:
        self._home, self._answers, self._clients = home, answers, list[Any]()

    def __enter__(self) -> Cloud:
        return replace(self._home.cloud, clients=functools.cache(self._client))

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    def _client(self, service: str, region: str) -> Any:
        client = self._home.session.client(service, region_name=region)
        self._clients.append(client)
        client.meta.events.register("before-call", self._answer)
        return client

    def _answer(self, model: Any, **_: Any) -> tuple[AWSResponse, Mapping[str, Any]] | None:
        answer = self._answers.get(model.name)
        if answer is None:
            return None
        if isinstance(answer, str):
            return _response(403), {"Error": {"Code": answer, "Message": f"not {model.name}"}, "ResponseMetadata": {}}
        assert not ParamValidator().validate(dict(answer), model.output_shape).has_errors()
        return _response(200), {**answer, "ResponseMetadata": {}}


def _response(status: int) -> AWSResponse:
    return AWSResponse("http://127.0.0.1", status, {}, None)


@contextmanager
def deployed(folder: Path) -> Iterator[Home]:
    """A healthy stack: what this AWS leaves out of the template is put right, as `tocsin deploy` does."""
    with ExitStack() as closing:
        endpoint = closing.enter_context(emulator.running(folder, emulator.free_port()))
        slack = closing.enter_context(LocalSlack())
        environ = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in emulator.environment(endpoint, REGION).items():
            environ.setenv(name, value)
        here = closing.enter_context(cloud(None, None))
        ready = deployment(here, Changes(here, "tocsin", lambda step: None, sleep=lambda seconds: os.sched_yield()))
        ready.carry_out(ready.plan(Wish("webhook", email="ops@example.com").parameters(None)))
        Vault(here, "tocsin", "webhook").fill(slack.webhook_url)
        connections = Connections()
        closing.callback(connections.close)
        home = Home(here, slack, connections, boto3.Session())
        list(restored(here, home.stack, time.time_ns() // 1_000_000))
        home.tick()
        yield home


def run(*arguments: str) -> tuple[int, str]:
    """A command of ours: its exit code and what it said."""
    done = CliRunner().invoke(cli, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def obey(cloud: Cloud, command: str) -> None:
    """Do what a command of the AWS command line would: its words are the service's model, spelled with dashes."""
    for single in command.split(" && "):
        program, service, operation, *options = shlex.split(single)
        assert program == "aws"
        client = cloud.elsewhere(_option(options, "--region")).client(service)
        names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
        shape = client.meta.service_model.operation_model(names[operation]).input_shape
        members = {xform_name(name, "-"): (name, member.type_name) for name, member in shape.members.items()}
        getattr(client, xform_name(names[operation]))(**_whole(options), **dict(_given(service, options, members)))


def understood(command: str) -> bool:
    """Whether a command of ours would be taken as it stands; what is no command is for people."""
    for single in command.split(" && "):
        if single.startswith("tocsin "):
            found, above, arguments = named(shlex.split(single))
            if arguments or not isinstance(found, click.Group):
                found.make_context(found.name, arguments, parent=above).close()
    return True


def named(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """The command of ours that the first words name, whose it is, and the other words."""
    found: click.Command = cli
    context = click.Context(cli, info_name="tocsin", **cli.context_settings)
    _, *others = words
    while others and isinstance(found, click.Group):
        above, (name, *others) = context, others
        under = found.get_command(above, name)
        assert under is not None, f"there is no {name} in {found.name}"
        found, context = under, click.Context(under, above, name)
    return found, context.parent or context, others


def _option(options: list[str], name: str) -> str:
    return options[options.index(name) + 1]


def _whole(options: list[str]) -> dict[str, Any]:
    """What --cli-input-json gives at once."""
    return dict(json.loads(_option(options, "--cli-input-json"))) if "--cli-input-json" in options else {}


def _given(service: str, options: list[str], members: dict[str, tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    for at, option in enumerate(options):
        if option.startswith("--") and option not in ("--region", "--cli-input-json"):
            name, kind = members[_RENAMED.get((service, option), option)[2:]]
            value = options[at + 1] if at + 1 < len(options) and not options[at + 1].startswith("--") else None
            if kind == "boolean":
                yield name, value is None
            elif kind == "list" and value is not None:
                yield name, json.loads(value) if value.startswith("[") else [value]
            elif kind in ("map", "structure") and value is not None:
                yield name, json.loads(value)
            else:
                yield name, value
