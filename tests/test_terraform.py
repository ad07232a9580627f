"""The Terraform module: sound to Terraform, and part by part what the CloudFormation template is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stack_template import parsed, template
from template_as_terraform import Twin, snake
from terraform_module import MODULE, SPOKE, module
from terraform_run import prepared
from tocsin_cli.stack.spokes import TEMPLATE as SPOKE_TEMPLATE

# What only Terraform asks for: where the package lies, names and order of what it makes, what it checks.
TERRAFORM_ALONE = {"depends_on", "filename", "lifecycle", "name_prefix", "source_code_hash", "tags"}


def _of(prefix: str, folder: Path = MODULE) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in module(folder).items() if name.startswith(prefix)}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """A resource as it is compared."""
    return {name: value for name, value in values.items() if name not in TERRAFORM_ALONE}


@pytest.mark.parametrize(
    ("folder", "from_cloudformation", "least"),
    [(MODULE, template(), 30), (SPOKE, parsed(SPOKE_TEMPLATE.read_text("utf-8")), 5)],
    ids=["home", "spoke"],
)
def test_the_module_makes_what_the_template_makes(folder: Path, from_cloudformation: Any, least: int) -> None:
    """Resource by resource and property by property: names, numbers, policies, conditions, and what refers to what."""
    secret = module(folder).get("local.secret_name", "")
    text = json.dumps(_of("aws_", folder)).replace("${local.secret_name}", json.dumps(secret)[1:-1])
    made = {f"aws_{name}": _told(values) for name, values in json.loads(text).items()}
    wanted = {name: _told(values) for name, values in Twin(from_cloudformation).resources().items()}

    assert made.keys() == wanted.keys()
    differ = [
        f"{name}.{attribute}: {made[name].get(attribute)} instead of {values.get(attribute)}"
        for name, values in wanted.items()
        for attribute in values.keys() | made[name].keys()
        if made[name].get(attribute) != values.get(attribute)
    ]
    assert differ == [] and len(wanted) > least


def test_mail_is_asked_for_last_by_both() -> None:
    """The heartbeat's alarm fires until the first beat; nobody has agreed to mail before that."""
    before = [f"aws_{name}" for name in ("cloudwatch_metric_alarm", "lambda_event_source_mapping", "lambda_permission")]
    wanted = template()["Resources"]["OpsByEmail"]["DependsOn"]
    made = _of("aws_")["sns_topic_subscription.ops_by_email"]["depends_on"]

    assert [snake(name) for name in wanted] == ["heartbeat_alarm", "mapping", "tick_may_invoke"]
    assert made == [f"${{{sort}.{snake(name)}}}" for sort, name in zip(before, wanted, strict=True)]


def test_the_module_asks_what_the_template_asks() -> None:
    """Each parameter is a variable with its default and its choices, and there are only those that a package needs."""
    asked, parameters = _of("var."), template()["Parameters"]
    filled_in, lists = {"CodeBucket", "CodeKey", "CodeDigest"}, {"Accounts"}
    switches = {"yes": True, "no": False}

    assert asked.keys() - {"name", "package", "package_digest"} == {
        snake(each) for each in parameters.keys() - filled_in
    }
    for name in parameters.keys() - filled_in:
        variable, parameter = asked[snake(name)], parameters[name]
        default = switches.get(parameter["Default"], parameter["Default"])
        assert variable["default"] == ([] if name in lists else default), name
        if "AllowedValues" in parameter and parameter["Default"] not in switches:
            allowed = json.dumps(parameter["AllowedValues"])
            assert variable["validation"][0]["condition"] == f"${{contains({allowed}, var.{snake(name)})}}", name


def test_the_module_says_what_the_template_says() -> None:
    """The same outputs with the same values; the door's address and its secret's name are there when the door is."""
    told = {name: output["value"] for name, output in _of("output.").items()}
    told["secret_name"] = module()["local.secret_name"]
    wanted = Twin(template()).outputs()
    del wanted["next_step"]  # a link to the console, for those who have no tool

    name = '"/tocsin/${var.name}/slack-signing-secret"'
    assert told.pop("signing_secret_name") == f"${{var.slack_buttons ? {name} : null}}"
    assert told.pop("door_url") == "${one(aws_lambda_function_url.door[*].function_url)}"
    assert told == wanted


def test_nothing_in_the_module_can_hold_a_secret() -> None:
    """State keeps whatever Terraform reads or makes: there is no variable for a secret, and no parameter is read."""
    text = "".join(path.read_text("utf-8") for path in MODULE.rglob("*.tf"))

    assert not [name for name in _of("var.") if "webhook" in name or "token" in name or "secret" in name]
    assert "aws_ssm_parameter" not in text and "sensitive" not in text


def test_the_spoke_asks_for_home_and_nothing_else() -> None:
    """Each parameter of the spoke's template is a variable of its module."""
    parameters = parsed(SPOKE_TEMPLATE.read_text("utf-8"))["Parameters"]

    assert _of("var.", SPOKE).keys() == {snake(each) for each in parameters}


@pytest.mark.parametrize("folder", [MODULE, SPOKE], ids=["home", "spoke"])
def test_the_modules_page_is_current(folder: Path) -> None:
    """Each variable with its default, and each output, stands in the module's README in the module's own words."""
    page = (folder / "README.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    variables = [
        f"| `{name}` | {_default(each)} | {each['description']} |" for name, each in _of("var.", folder).items()
    ]
    outputs = [f"| `{name}` | {each['description']} |" for name, each in _of("output.", folder).items()]

    assert sorted(rows) == sorted(variables + outputs)


def _default(variable: dict[str, Any]) -> str:
    if "default" not in variable:
        return "(needed)"
    default = variable["default"]
    return f"`{default if isinstance(default, str) and default else json.dumps(default)}`"


@pytest.mark.may_be_absent
@pytest.mark.parametrize("folder", [MODULE, SPOKE], ids=["home", "spoke"])
def test_terraform_finds_nothing_wrong(needs: Callable[..., str], tmp_path: Path, folder: Path) -> None:
    """It is formatted as Terraform formats, and valid for the provider."""
    terraform = prepared(needs("terraform"), tmp_path, {}, folder)

    assert terraform.succeed("fmt", "-check", "-diff", str(folder)) == ""
    assert json.loads(terraform.succeed("validate", "-json"))["diagnostics"] == []
