"""What AWS refuses, for every command that asks it: one clear line each, and the way out; never a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

import emulator
from refusing_aws import Refusals, refusing
from tocsin.ports import ConfigError
from tocsin_cli.app import COMMANDS, cli

REGION = "eu-north-1"
# What else a command must be told before it asks AWS anything.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "alarm add": ("cpu", "i-0123456789abcdef0", "--plan"),
    "connect": ("--all", "--plan"),
    "deploy": ("--plan",),
    "destroy": ("--yes",),
    "disconnect": ("--all", "--plan"),
    "redrive": ("--yes",),
    "spoke add": ("--home", "111122223333:eu-west-1", "--plan"),
    "spoke link": ("--url", "https://example.s3.amazonaws.com/spoke.yaml"),
    "spoke remove": ("--yes",),
}


def _asking() -> dict[str, tuple[str, ...]]:
    """Each command that has the option --region, by its name: what is typed."""
    with click.Context(cli) as context:
        found = {name: cli.get_command(context, name) for name in COMMANDS}
        groups = [name for name, command in found.items() if isinstance(command, click.Group)]
        for name in groups:
            group = found.pop(name)
            assert isinstance(group, click.Group)
            found |= {f"{name} {each}": group.get_command(context, each) for each in group.list_commands(context)}
    asks = [name for name, each in found.items() if each and any(option.name == "profile" for option in each.params)]
    return {name: (*name.split(), *ARGUMENTS.get(name, ())) for name in sorted(asks)}


ASKING = _asking()
ASK_MORE = sorted(set(ASKING) - {"spoke link", "spoke template"})  # than who asks
NEED_A_STACK = sorted(set(ASK_MORE) - {"deploy", "destroy", "migrate", "status", "spoke add", "spoke remove"})


@pytest.fixture(scope="module")
def aws() -> Iterator[Refusals]:
    """One that refuses."""
    with refusing() as found:
        yield found


@pytest.fixture
def machine(aws: Refusals, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with credentials for that AWS; it asks once."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "TOCSIN_"))]:
        monkeypatch.delenv(name)
    for name, value in emulator.environment(aws.address, REGION).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    aws.code, aws.knows_you, aws.stack = "AccessDenied", True, ""
    aws.asked.clear()
    return monkeypatch


def _run(words: tuple[str, ...]) -> Result:
    return CliRunner().invoke(cli, list(words))


def _problem(words: tuple[str, ...]) -> ConfigError:
    """What the command ends with: the program prints it as one line, and its hint as another."""
    done = _run(words)
    assert isinstance(done.exception, ConfigError), (done.exception, done.output)
    assert "\n" not in str(done.exception) and "\n" not in done.exception.hint and done.exception.hint
    return done.exception


def test_these_are_the_commands_that_ask_aws() -> None:
    """A new one comes into this table by itself."""
    known = {"connect", "deploy", "destroy", "disconnect", "doctor", "logs", "migrate", "redrive", "status", "test"}

    assert known | {"alarm add"} <= set(ASKING)


@pytest.mark.parametrize("name", ASK_MORE)
def test_a_denied_action_is_named(aws: Refusals, machine: pytest.MonkeyPatch, name: str) -> None:
    """With AWS's own sentence, which names the right, and whom to ask for it."""
    problem = _problem(ASKING[name])

    assert f"AWS refused {aws.asked[1]}: AccessDenied: User: arn:aws:iam::123456789012:user/you" in str(problem)
    assert "ask for the right" in problem.hint


@pytest.mark.parametrize("name", ASK_MORE)
def test_a_token_that_expires_in_the_middle_is_told(aws: Refusals, machine: pytest.MonkeyPatch, name: str) -> None:
    """It was good for the first question."""
    aws.code = "ExpiredToken"
    problem = _problem(ASKING[name])

    assert "ExpiredToken" in str(problem) and problem.hint.startswith("log in again")


@pytest.mark.parametrize("name", ASKING)
def test_a_token_that_has_expired_is_told_at_once(aws: Refusals, machine: pytest.MonkeyPatch, name: str) -> None:
    """Before anything else is asked."""
    aws.code, aws.knows_you = "ExpiredToken", False
    problem = _problem(ASKING[name])

    assert aws.asked == ["GetCallerIdentity"]
    assert str(problem).startswith("AWS refused GetCallerIdentity: ExpiredToken") and "log in again" in problem.hint


@pytest.mark.parametrize("name", ASKING)
def test_without_credentials_the_ways_to_get_some_are_named(machine: pytest.MonkeyPatch, name: str) -> None:
    """No key, no profile, no role."""
    machine.delenv("AWS_ACCESS_KEY_ID")
    machine.delenv("AWS_SECRET_ACCESS_KEY")
    problem = _problem(ASKING[name])

    assert "credentials" in str(problem) and "log in" in problem.hint


@pytest.mark.parametrize("name", ASKING)
def test_a_region_that_does_not_answer_may_be_misspelled(machine: pytest.MonkeyPatch, name: str) -> None:
    """Or the machine is offline: both are asked about."""
    machine.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{emulator.free_port()}")
    problem = _problem((*ASKING[name], "--region", "eu-noth-1"))

    assert "Could not connect" in str(problem) and "is the region spelled right" in problem.hint


@pytest.mark.parametrize("name", NEED_A_STACK)
def test_a_half_made_stack_is_told_with_what_goes_on(aws: Refusals, machine: pytest.MonkeyPatch, name: str) -> None:
    """What the command would look at is not there yet."""
    aws.stack = "ROLLBACK_COMPLETE"
    problem = _problem(ASKING[name])

    assert str(problem) == "the stack tocsin is half-made (ROLLBACK_COMPLETE)"
    assert problem.hint == "`tocsin deploy` goes on, `tocsin destroy` removes it"


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "DELETE_FAILED"])
def test_a_half_made_stack_is_not_removed_unasked(aws: Refusals, machine: pytest.MonkeyPatch, status: str) -> None:
    """A plan changes nothing, so there is none of it; and without --yes somebody is asked first."""
    aws.stack = status
    planned = _problem(("deploy", "--plan"))
    done = _run(("deploy",))

    assert f"{status}: it has to be mended before there can be a plan" in str(planned)
    assert "`tocsin deploy` goes on" in planned.hint
    assert done.output.startswith(f"The stack tocsin is {status}: first what is left of it is removed.")
    assert str(done.exception) == "nobody can be asked here" and "DeleteStack" not in aws.asked


def test_status_shows_how_far_a_half_made_stack_came(aws: Refusals, machine: pytest.MonkeyPatch) -> None:
    """It is what one asks then: CloudFormation's word, what goes on, and the exit code of something that needs you."""
    aws.stack = "ROLLBACK_COMPLETE"
    done = _run(("status",))

    assert done.exit_code == 1 and "Stack tocsin in account 123456789012, eu-north-1: ROLLBACK_COMPLETE" in done.output
    assert "✗ it is half-made: `tocsin deploy` goes on, `tocsin destroy` removes it" in done.output
