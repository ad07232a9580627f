"""The floor plan holds, and each rule is seen to bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import RULES, Tree

ROOT = Path(__file__).parents[1]
TREE = Tree(ROOT)

# A small house in which every rule holds.
CLEAN = {
    "README.md": "# tocsin \U0001f469\u200d\U0001f467\n",
    "pyproject.toml": '[project]\nname = "tocsin"\n',
    "requirements/runtime.txt": "click==8.1.0\n",
    "requirements/dev.txt": "click==8.1.0\npytest==9.0\n",
    "src/tocsin/__init__.py": '"""tocsin."""\n',
    "src/tocsin/model.py": '"""The nouns."""\n',
    "src/tocsin/kinds/__init__.py": '"""The kinds."""\n',
    "src/tocsin/kinds/thing.py": '"""A thing."""\nfrom datetime import datetime\nat = datetime.fromisoformat\n',
    "src/tocsin/destinations/__init__.py": '"""Where messages are shown."""\n',
    "src/tocsin/destinations/http.py": '"""The one socket."""\nimport socket\n',
    "src/tocsin/destinations/slack/__init__.py": '"""Slack."""\nfrom tocsin.destinations import http\n',
    "src/tocsin/destinations/slack/blocks.py": '"""Looks."""\nfrom tocsin.destinations.slack import shapes\n',
    "src/tocsin/destinations/slack/shapes.py": '"""Shapes."""\nfrom tocsin import model\n',
    "src/tocsin/stores/__init__.py": '"""Stores."""\n',
    "src/tocsin/stores/memory.py": '"""A store."""\n',
    "src/tocsin/aws/__init__.py": '"""AWS."""\n',
    "src/tocsin/aws/secrets.py": '"""Secrets."""\nimport boto3\n',
    "src/tocsin/pipeline.py": '"""The pipeline."""\nfrom tocsin import kinds, model\n',
    "src/tocsin/handler.py": '"""The front door."""\nimport os\nfrom tocsin.stores import memory\nos.environ\n',
    "src/tocsin_local/__init__.py": '"""One machine."""\n',
    "src/tocsin_local/stage.py": '"""The stage."""\nfrom tocsin.destinations import slack\n',
    "src/tocsin_cli/__init__.py": '"""The laptop."""\n',
    "src/tocsin_cli/ui.py": '"""Prints."""\nimport rich\nprint("")\n',
    "src/tocsin_cli/app.py": '"""Commands."""\nimport os\nimport boto3\nfrom tocsin_local import stage\nos.environ\n',
    "tests/test_it.py": '"""Tests."""\n\ndef test_it():\n    """It holds."""\n    assert True\n',
}

# rule -> plants: the file that a violation is added to, and the violation
PLANTS = {
    "imports_go_one_way": [
        ("src/tocsin/model.py", "import tocsin_local"),
        ("src/tocsin/handler.py", "def later():\n    from tocsin_cli import app"),
        ("src/tocsin_local/stage.py", "from tocsin_cli.app import main"),
    ],
    "lambda_is_standard_library": [
        ("src/tocsin/model.py", "import requests"),
        ("src/tocsin/handler.py", "def later():\n    import click.testing"),
        ("src/tocsin/pipeline.py", "import botocore.client"),
    ],
    "sdk_stays_in_its_room": [
        ("src/tocsin/stores/memory.py", "import boto3"),
        ("src/tocsin_local/stage.py", "from botocore import client"),
    ],
    "kinds_and_destinations_never_meet": [
        ("src/tocsin/kinds/thing.py", "from tocsin.destinations.slack import blocks"),
        ("src/tocsin/kinds/thing.py", "from ..destinations import slack"),
        ("src/tocsin/destinations/slack/blocks.py", "from tocsin.kinds import thing"),
        ("src/tocsin/model.py", "import tocsin.kinds.thing"),
    ],
    "pipeline_names_no_part": [
        ("src/tocsin/pipeline.py", "from tocsin.stores import memory"),
        ("src/tocsin/pipeline.py", "from tocsin.kinds import thing"),
        ("src/tocsin/pipeline.py", "from tocsin.kinds.thing import at"),
        ("src/tocsin/model.py", "from tocsin.destinations import slack"),
    ],
    "only_assemblers_name_parts": [
        ("src/tocsin/kinds/__init__.py", "from tocsin.aws import secrets"),
        ("src/tocsin_local/metrics.py", '"""Metrics."""\nfrom tocsin.stores.memory import MemoryStore'),
    ],
    "lambda_zip_starts_light": [
        ("src/tocsin/model.py", "import asyncio"),
        ("src/tocsin/model.py", "import urllib.request"),
        ("src/tocsin/kinds/__init__.py", "import boto3"),
        ("src/tocsin/handler.py", "import click"),
    ],
    "pure_rooms_are_pure": [
        ("src/tocsin/kinds/thing.py", "import time"),
        ("src/tocsin/kinds/thing.py", "datetime.now()"),
        ("src/tocsin/decide.py", '"""Decides."""\nimport datetime\ndatetime.datetime.utcnow()'),
        ("src/tocsin/grouping.py", '"""Groups."""\nimport random'),
        ("src/tocsin/routing.py", '"""Routes."""\nfrom os import environ'),
        ("src/tocsin/destinations/slack/blocks.py", "from tocsin.destinations import http"),
        ("src/tocsin/destinations/slack/mrkdwn.py", '"""Escapes."""\nopen("x")'),
        ("src/tocsin/words/en.py", '"""Words."""\nprint("x")'),
        ("src/tocsin_local/alarms/evaluate.py", '"""Evaluates."""\nimport socket'),
        ("src/tocsin/model.py", "import secrets"),
        ("src/tocsin/destinations/slack/blocks.py", "from tocsin.destinations.slack import VALUE"),
    ],
    "sockets_have_one_door": [
        ("src/tocsin/handler.py", "import socket"),
        ("src/tocsin/destinations/slack/__init__.py", "import http.client"),
        ("src/tocsin/aws/secrets.py", "from urllib import request"),
    ],
    "environment_has_one_door": [
        ("src/tocsin/stores/memory.py", "import os\nos.environ['X']"),
        ("src/tocsin/pipeline.py", "from os import getenv"),
        ("src/tocsin_local/stage.py", "import os\nos.getenv('X')"),
    ],
    "only_ui_prints": [
        ("src/tocsin/handler.py", "print('x')"),
        ("src/tocsin_cli/app.py", "import click\nclick.echo('x')"),
        ("src/tocsin_local/stage.py", "import sys\nsys.stdout.write('x')"),
    ],
    "names_say_something": [
        ("src/tocsin/aws/utils.py", '"""Things."""'),
        ("src/tocsin_local/alarm_manager.py", '"""Things."""'),
        ("src/tocsin/model.py", "class BaseSignal: ..."),
        ("src/tocsin/model.py", "class SignalProcessor: ..."),
        ("src/tocsin/model.py", "class S:\n    def service(self): ..."),
        ("src/tocsin/kinds/thing.py", "def _read_helper(): ..."),
    ],
    "nothing_is_called_by_spelling": [
        ("src/tocsin/handler.py", "name = 'run'\ngetattr(os, name)()"),
        ("src/tocsin/handler.py", "run = getattr(os, 'r' + 'un')\nrun()"),
        ("src/tocsin/handler.py", "globals()['run']()"),
        ("src/tocsin_cli/app.py", "eval('1')"),
    ],
    "modules_say_why": [
        ("src/tocsin/routing.py", "x = 1"),
        ("src/tocsin_local/web/__init__.py", ""),
        ("tests/test_more.py", "x = 1"),
    ],
    "nothing_is_unfinished": [
        ("src/tocsin/model.py", "# TO" + "DO: finish"),
        ("src/tocsin/model.py", "raise NotImplemented" + "Error"),
        ("README.md", "FIX" + "ME"),
    ],
    "tests_state_a_truth": [
        ("tests/test_it.py", "def test_more():\n    assert True"),
        ("tests/test_it.py", "class TestIt:\n    async def test_more(self):\n        assert True"),
    ],
    "tests_assert": [
        ("tests/test_it.py", "def test_more():\n    'It runs.'\n    print(1)"),
        ("tests/test_it.py", "def _look(x):\n    return x\ndef test_more():\n    'It runs.'\n    _look(1)"),
    ],
    "tests_patch_nothing_and_never_sleep": [
        ("tests/test_it.py", "from unittest import mock"),
        ("tests/test_it.py", "import time\ntime" + ".sleep(1)"),
        ("tests/test_it.py", "from time import sleep"),
        ("tests/test_it.py", "def test_m(monkeypatch):\n    'It.'\n    monkeypatch" + ".setattr('os.x', 1)"),
    ],
    "files_stay_small": [("tests/data/big.json", "0" * 400 * 1024 + "0")],
    "requirements_name_no_address": [
        ("requirements/runtime.txt", "tocsin @ https://example.com/tocsin.whl"),
        ("requirements/runtime.txt", "git+ssh://example.com/tocsin"),
    ],
    "pins_agree": [
        ("requirements/runtime.txt", "rich==15.0.0"),
        ("requirements/dev.txt", "mypy>=2"),
        ("pyproject.toml", 'dependencies = ["click>=8.1", "rich>=13"]'),
    ],
    "no_invisible_characters": [
        ("src/tocsin/model.py", "x = 'a\u202eb'"),
        ("README.md", "zero\u200bwidth"),
        ("README.md", "join\u200ded"),
        ("Makefile", "\ufeff"),
    ],
    "no_registry_is_named": [
        ("docs/index.md", "see https://py" + "pi.org/project/x"),
        ("Makefile", "pip install --index" + "-url https://example.com"),
        ("package-lock.json", '"resolve' + 'd": "https://example.com/x.tgz"'),
    ],
    "the_product_alone": [
        ("docs/index.md", "Generated with " + "AI"),
        ("src/tocsin/model.py", "# as issue " + "#2 says"),
        ("docs/index.md", "see ../sha" + "red/design"),
    ],
    "no_machine_is_named": [
        ("docs/index.md", "cd /wo" + "rk/main"),
        ("tests/data/x.json", '"/ro' + 'ot/.cache/"'),
        ("tests/data/x.json", '"/ho' + 'me/somebody/x"'),
    ],
}


def _tree(folder: Path, *plant: str) -> Tree:
    files = dict(CLEAN)
    if plant:
        path, violation = plant
        files[path] = files.get(path, "") + violation + "\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return Tree(folder)


@pytest.mark.parametrize("name", RULES)
def test_the_rule_holds_here(name: str) -> None:
    """This repository keeps the rule."""
    assert [str(breach) for breach in RULES[name](TREE)] == []


@pytest.mark.parametrize("name", RULES)
def test_the_rule_has_nothing_against_a_clean_house(name: str, tmp_path: Path) -> None:
    """A small house in which all is well breaks no rule, so what is found in the next test is the plant."""
    assert list(RULES[name](_tree(tmp_path))) == []


def _plants() -> list[tuple[str, str, str]]:
    return [(name, path, violation) for name, plants in PLANTS.items() for path, violation in plants]


@pytest.mark.parametrize(("name", "path", "violation"), _plants(), ids=[f"{p[0]}-{p[1]}" for p in _plants()])
def test_the_rule_bites(name: str, path: str, violation: str, tmp_path: Path) -> None:
    """A planted violation is reported in its file, or in one that the breach says is reached from there."""
    breaches = list(RULES[name](_tree(tmp_path, path, violation)))

    module = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    assert any(breach.path == path or f"{module} reaches" in breach.why for breach in breaches) or (
        name == "lambda_zip_starts_light" and breaches
    )


def test_every_rule_is_seen_to_bite() -> None:
    """No rule stands without a planted violation."""
    assert set(PLANTS) == set(RULES)
