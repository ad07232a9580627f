"""What AWS, or the road to it, refuses: one clear line each, and the way out."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager

import pytest

import emulator
from answering import Answer, answering
from tocsin.ports import ConfigError
from tocsin_cli.cloud import cloud

REGION = "eu-north-1"


def _refusing(status: int, code: str, message: str) -> AbstractContextManager[str]:
    """An AWS that answers every request so."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    ).encode()
    return answering(lambda _: Answer(status, body))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine that knows nothing of AWS, and does not ask twice."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return monkeypatch


def _refused(profile: str | None = None, region: str | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as caught, cloud(profile, region):
        pass
    return caught.value


@pytest.mark.parametrize(
    ("code", "status", "way_out"),
    [
        ("ExpiredToken", 403, "log in again"),
        ("InvalidClientTokenId", 403, "a region that the account has not enabled answers the same"),
        ("AccessDenied", 403, "ask for the right that is named there"),
        ("SignatureDoesNotMatch", 403, "does not belong to the key id"),
        ("OptInRequired", 403, "enable this region"),
        ("SomethingNew", 400, "nothing is lost"),
        ("InternalFailure", 500, "AWS has trouble of its own"),
        ("ChangeSetNotFound", 404, "the stack was changed meanwhile: run it again"),
        ("Throttling", 400, "run it again in a minute"),
        ("ResourceNotFound", 404, "`tocsin doctor` names what was deleted by hand"),
        ("RequestTimeTooSkewed", 403, "set this machine's clock right"),
    ],
)
def test_a_refusal_is_one_line_and_a_way_out(machine: pytest.MonkeyPatch, code: str, status: int, way_out: str) -> None:
    """AWS's own word and sentence, in which a denial names the right that is missing; then what to do."""
    with _refusing(status, code, "User x is not authorized to perform: sts:GetCallerIdentity") as endpoint:
        for name, value in emulator.environment(endpoint, REGION).items():
            machine.setenv(name, value)
        problem = _refused()

    assert str(problem) == (
        f"AWS refused GetCallerIdentity: {code}: User x is not authorized to perform: sts:GetCallerIdentity"
    )
    assert way_out in problem.hint


@pytest.mark.parametrize(("name", "value"), [("AWS_ENDPOINT_URL", "localhost"), ("AWS_MAX_ATTEMPTS", "many")])
def test_a_setting_that_is_none_is_one_line(machine: pytest.MonkeyPatch, name: str, value: str) -> None:
    """boto3 has no error of its own for it, and names no setting: where to look is said."""
    for known, given in (emulator.environment("http://127.0.0.1:9", REGION) | {name: value}).items():
        machine.setenv(known, given)
    problem = _refused()

    assert str(problem).startswith("a setting for AWS cannot be used: ") and value in str(problem)
    assert "AWS_ENDPOINT_URL" in problem.hint


def test_a_stack_that_is_protected_says_how_to_take_that_off(machine: pytest.MonkeyPatch) -> None:
    """CloudFormation has one code for whatever is wrong with a request; its sentence tells this."""
    said = "Stack [tocsin] cannot be deleted while TerminationProtection is enabled"
    with _refusing(400, "ValidationError", said) as endpoint:
        for name, value in emulator.environment(endpoint, REGION).items():
            machine.setenv(name, value)
        problem = _refused()

    assert said in str(problem) and "update-termination-protection --no-enable" in problem.hint


def test_a_clock_that_is_wrong_is_told_from_a_wrong_key(machine: pytest.MonkeyPatch) -> None:
    """AWS calls both a signature that does not match; its sentence, however it is wrapped, becomes one line."""
    said = "Signature expired: 20261124T120000Z is now earlier\n   than 20261124T121500Z"
    with _refusing(403, "SignatureDoesNotMatch", said) as endpoint:
        for name, value in emulator.environment(endpoint, REGION).items():
            machine.setenv(name, value)
        problem = _refused()

    assert "earlier than 20261124T121500Z" in str(problem) and problem.hint.startswith("set this machine's clock right")


@pytest.mark.parametrize(("status", "page"), [(403, "<html><p>Blocked</html>"), (200, "Log in"), (502, "Bad gateway")])
def test_a_page_instead_of_an_answer_is_one_line(machine: pytest.MonkeyPatch, status: int, page: str) -> None:
    """A proxy or a hotel's network answers in AWS's place: no traceback, and none of its text."""
    with answering(lambda _: Answer(status, page.encode(), {"Content-Type": "text/html"})) as endpoint:
        for name, value in emulator.environment(endpoint, REGION).items():
            machine.setenv(name, value)
        problem = _refused()

    assert str(problem) == "what answered is not AWS, or it was cut off on the way" and "a proxy" in problem.hint


def test_without_credentials_it_says_how_to_log_in(machine: pytest.MonkeyPatch) -> None:
    """No key, no profile, no role."""
    problem = _refused(region=REGION)

    assert "credentials" in str(problem) and "log in" in problem.hint


def test_without_a_region_it_asks_for_one(machine: pytest.MonkeyPatch) -> None:
    """Nobody guesses a region: alarms would be looked for where there are none."""
    problem = _refused()

    assert str(problem) == "no AWS region is named" and "--region" in problem.hint


def test_a_profile_that_is_not_there_is_named(machine: pytest.MonkeyPatch) -> None:
    """The profile is named, and how to list those that there are."""
    problem = _refused(profile="nobody")

    assert "nobody" in str(problem) and "list-profiles" in problem.hint


def test_a_region_that_does_not_answer_is_said_to_be_perhaps_misspelled(machine: pytest.MonkeyPatch) -> None:
    """Where nobody answers, region and network are asked about."""
    for name, value in emulator.environment(f"http://127.0.0.1:{emulator.free_port()}", "eu-noth-1").items():
        machine.setenv(name, value)
    problem = _refused()

    assert "127.0.0.1" in str(problem) and "is the region spelled right" in problem.hint


def test_without_boto3_it_says_what_to_install() -> None:
    """The commands around AWS need an extra; whoever lacks it is told its name, not shown a traceback."""
    program = (
        "import sys\n"
        "sys.modules['boto3'] = None\n"
        "sys.argv = ['tocsin', 'status', '--region', 'eu-north-1']\n"
        "from tocsin_cli.app import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.returncode == 2 and "this command needs boto3" in done.stderr
    assert "pip install boto3" in done.stderr and "Traceback" not in done.stderr
