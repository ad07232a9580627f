"""Each sort of call that `tocsin deploy` and `tocsin destroy` make, refused in turn on a small AWS.

Opt-in, as it takes about half an hour: make test ARGS="-n 0 tests/sweep"
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import emulator
from answering import Answer, Request, answering
from denying_aws import passed_on
from refusing_aws import operation, refusal
from stack_described import described
from tocsin.ports import ConfigError
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.stack.standing import find
from tocsin_local.slack.server import LocalSlack

HOME, OTHER = "eu-north-1", "us-east-1"
# What the function would log: this AWS keeps no lines of a function that a queue invokes.
_LOGGED: tuple[dict[str, Any], ...] = (
    {"did": "beat"},
    {"did": "taken in", "alarm": "tocsin-canary", "via": "sns-sqs", "messages": ["1"]},
    {"did": "shown", "alarm": "tocsin-canary"},
)
_WAYS = ("AccessDenied", "ExpiredToken", "503")


@dataclass
class Door:
    """An AWS before the emulator: it refuses the calls of the sort ``refuses``, in the ``way`` that it is told.

    Who may not do a thing may never; a token that has expired is refused from then on; other trouble passes.
    """

    endpoint: str
    refuses: str = ""
    way: str = ""
    calls: list[str] = field(default_factory=list)

    def close(self, sort: str, way: str) -> None:
        """Refuse these, from now on."""
        self.refuses, self.way = sort, way
        self.calls.clear()

    def answer(self, request: Request) -> Answer:
        """A refusal; the function's log; or what the emulator says."""
        sort = sort_of(request)
        self.calls.append(sort)
        if self._is_refused(sort):
            return Answer(503, b"") if self.way == "503" else refusal(request, self.way)
        return logged() if operation(request) == "FilterLogEvents" else passed_on(self.endpoint, request)

    def _is_refused(self, sort: str) -> bool:
        met = self.calls.count(self.refuses)
        if self.way == "ExpiredToken":
            return met > 0
        return sort == self.refuses and (self.way == "AccessDenied" or met == 1)


def sort_of(request: Request) -> str:
    """Region, service and what it is asked for; the services without names for that by method and path."""
    scope = re.search(r"Credential=\w+/\d+/([\w-]+/[\w-]+)/", request.headers.get("Authorization", ""))
    query = request.path.partition("?")[2].partition("=")[0]
    return " ".join((scope[1] if scope else "", request.method, operation(request), query)).rstrip()


def logged() -> Answer:
    """It is as if the function did all that it should, just now."""
    now = int(time.time() * 1000)
    said = [each | ({"times": {"at": now}} if "via" in each else {}) for each in _LOGGED]
    events = [{"timestamp": now, "message": f"[INFO]\t2026-11-25T12:00:00Z\t1\t{json.dumps(each)}"} for each in said]
    return Answer(200, json.dumps({"events": events}).encode(), {"Content-Type": "application/x-amz-json-1.1"})


@dataclass(frozen=True)
class Place:
    """``goal``: what is there after an undisturbed deployment; ``asked``: the sorts of calls of either command."""

    door: Door
    cloud: Cloud
    webhook: Path
    goal: dict[str, Any]
    asked: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account in which tocsin was once, without any disturbance; nothing of it is left."""
    with ExitStack() as closing:
        folder = tmp_path_factory.mktemp("aws")
        door = Door(closing.enter_context(emulator.running(folder, emulator.free_port())))
        slack = closing.enter_context(LocalSlack())
        address = closing.enter_context(answering(door.answer))
        environ = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in (emulator.environment(address, HOME) | {"AWS_MAX_ATTEMPTS": "1"}).items():
            environ.setenv(name, value)
        webhook = folder / "webhook"
        webhook.write_text(slack.webhook_url)
        here = closing.enter_context(cloud(None, None))
        found = Place(door, here, webhook, {}, {})
        for command in ("deploy", "destroy"):
            door.close("", "")
            assert told(found, command)[0] == 0
            found.asked[command] = tuple(each for each in dict.fromkeys(door.calls) if each.startswith((HOME, OTHER)))
            found.goal.update(there(here) if command == "deploy" else {})
        assert there(here) == {}
        yield found


def told(place: Place, command: str) -> tuple[int, str]:
    """Exit code and all words of a command. An error is one line, with another that says what to do."""
    more = ["--regions", OTHER, "--accounts", "111122223333", "--label", "student 12", "--email", "ops@example.com"]
    more += ["--slack-webhook-url-file", str(place.webhook)]
    done = CliRunner().invoke(cli, [command, "--yes", *(more if command == "deploy" else [])])
    problem = done.exception
    if isinstance(problem, ConfigError):
        assert problem.hint and "\n" not in f"{problem}{problem.hint}"
        return 2, f"{done.output}{problem} {problem.hint}"
    assert problem is None or isinstance(problem, SystemExit), (place.door.refuses, place.door.way, problem)
    return done.exit_code, done.output


def there(cloud: Cloud) -> dict[str, Any]:
    """All that is there of tocsin, by part; nothing of parts that are not.

    A log that keeps its lines for ever is none of the stack's: a function that still runs makes it anew here, without
    the right to.
    """
    found: dict[str, Any] = {}
    for region in (HOME, OTHER):
        far = cloud.elsewhere(region)
        stacks = [stack for name in ("tocsin", "tocsin-spoke") if (stack := find(far, name))]
        found[f"stacks of {region}"] = [(stack.name, stack.is_made, dict(stack.parameters)) for stack in stacks]
        found |= {f"{part} of {region}": what for part, what in described(far.client, region).items()}
        found[f"logs of {region}"] = [each for each in found[f"logs of {region}"] if "retentionInDays" in each]
    found["parameters"] = [each["Name"] for each in cloud.client("ssm").describe_parameters()["Parameters"]]
    found["buckets"] = [each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]]
    return {part: what for part, what in found.items() if what}


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_whatever_is_refused_the_same_command_goes_on_from_there(place: Place, command: str, way: str) -> None:
    """It is told in one line, without the secret; the next run ends as an undisturbed one, and leaves nothing in the
    end."""
    secret = place.webhook.read_text().rsplit("/", 1)[-1]
    for sort in place.asked[command]:
        if command == "destroy":
            told(place, "deploy")
        place.door.close(sort, way)
        _, said = told(place, command)
        place.door.close("", "")
        code, again = told(place, command)

        assert secret not in said, sort
        assert code == 0, (sort, said, again)
        assert there(place.cloud) == (place.goal if command == "deploy" else {}), (sort, said)
        assert told(place, "destroy")[0] == 0 and there(place.cloud) == {}, (sort, said)
