"""The list of AWS calls is the whole truth: nothing else is called, and nothing is on it that is not called."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tocsin.aws import calls
from tocsin.aws.calls import CALLS

ROOM = Path(__file__).parents[1] / "src" / "tocsin" / "aws"
NAMES = {name: value for name, value in vars(calls).items() if isinstance(value, calls.Call)}


def _trees() -> dict[str, ast.Module]:
    return {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.py")}


def test_the_list_is_complete() -> None:
    """Each call that has a name is on the list, and no action on the same thing is on it twice."""
    assert sorted(map(repr, NAMES.values())) == sorted(map(repr, CALLS))
    assert len({(call.service, call.action, call.resource) for call in CALLS}) == len(CALLS)


def test_the_room_makes_these_calls_and_no_others() -> None:
    """What is given to the client is always one of the list by its name; every name is given to it somewhere."""
    given = [
        ast.unparse(node.args[0])
        for name, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("client.call")
    ]
    assert sorted(given) == sorted(NAMES)


def test_calls_are_made_up_nowhere_else() -> None:
    """No other module of the room makes a call of its own, or brings another client along."""
    for name, tree in _trees().items():
        made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Call"]
        assert not made or name == "calls.py"
        imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert not {"boto3", "botocore"} & {each.split(".")[0] for each in imported}


def test_a_permission_is_one_of_its_own_service() -> None:
    """A call needs rights on its own service only, and the resource fits it."""
    fits = {
        "dynamodb": {"table", "index"},
        "ssm": {"parameter", "signing", "name"},
        "sqs": {"queue"},
        "cloudwatch": {"alarm", "any"},
    }
    for call in CALLS:
        assert call.permissions and call.resource in fits[call.service]
        assert all(one.startswith(f"{call.service}:") for one in call.permissions)


def test_a_function_without_aws_does_not_wake_the_room() -> None:
    """The stateless cold start pays for no client: nothing of this room is imported until a setting asks for it."""
    program = (
        "import sys; from tocsin.handler import parts; from tocsin.config import Config\n"
        "parts(Config(webhook_url='https://hooks.slack.com/services/T/B/x'))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('tocsin.aws')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
