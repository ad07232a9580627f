"""Which accounts are meant: lists, a class's file, homes, templates and links that are handed out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack_template import parsed
from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.account_lists import read_accounts, read_class, read_leavers, read_organization
from tocsin_cli.stack.accounts import Admitted, called
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.handing_out import filled_in, link
from tocsin_cli.stack.home import Home, read_home
from tocsin_cli.stack.spokes import TEMPLATE
from tocsin_cli.stack.standing import Stack

ROOT = Path(__file__).parents[1]
HOME = Home("999988887777", "eu-north-1", "tocsin")
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True).filter(lambda each: each != HOME.account)


@given(st.lists(ACCOUNTS, unique=True))
def test_a_list_of_accounts_is_read_as_it_stands(accounts: list[str]) -> None:
    """Twelve digits each, zeros at the beginning too, with or without spaces, each once."""
    assert list(read_accounts(" , ".join(accounts * 2), HOME.account)) == accounts


@given(st.text())
def test_whatever_is_given_is_accounts_or_refused(text: str) -> None:
    """Nothing else comes out of it, whatever the text."""
    try:
        found = read_accounts(text, HOME.account)
    except ConfigError as error:
        assert error.hint
    else:
        assert all(len(each) == 12 and each.isascii() and each.isdigit() for each in found)


def test_a_label_is_one_accounts() -> None:
    """One account may be labelled, several want a file; the own account may be called something too."""
    assert read_accounts("111122223333", HOME.account, "student 12") == {"111122223333": "student 12"}
    assert read_accounts(HOME.account, HOME.account, "teacher") == {HOME.account: "teacher"}
    for text, label in (("111122223333,444455556666", "x"), ("", "x"), (HOME.account, ""), ("11112222333", "")):
        with pytest.raises(ConfigError):
            read_accounts(text, HOME.account, label)


def test_a_classs_file(tmp_path: Path) -> None:
    """Lines of id and label as a spreadsheet writes them: a heading, a mark at the beginning, commas, no label."""
    file = tmp_path / "class.csv"
    file.write_bytes(
        b"\xef\xbb\xbf"
        + b"account,name\r\n111122223333,student 12\r\n\r\n"
        + '012345678901,"Kim, Min-jun 🦊"\r\n444455556666\r\n'.encode()
    )

    assert read_class(file, HOME.account) == {
        "111122223333": "student 12",
        "012345678901": "Kim, Min-jun 🦊",
        "444455556666": "",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("111122223333,a\n111122223333,b", "line 2: 111122223333 is there twice"),
        ("12345678901,a", "12345678901 is no account"),
        (",a\n111122223333,b\n", "no account"),
        ("111122223333,{{ssm:x}}", "is no label"),
        ("111122223333,a\u202eb", "is no label"),
        ("111122223333," + "x" * 65, "is no label"),
        ('111122223333,"', "cannot be read"),
    ],
)
def test_what_a_classs_file_must_not_hold(tmp_path: Path, text: str, says: str) -> None:
    """One line says what is wrong with it, and another how it is mended."""
    file = tmp_path / "class.csv"
    file.write_text(f"111100001111,first\n{text}" if text.startswith(",") else text, "utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        read_class(file, HOME.account)
    assert caught.value.hint


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """A picture is no list."""
    file = tmp_path / "class.csv"
    file.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_class(file, HOME.account)


def test_who_shall_come_no_longer() -> None:
    """Regions, accounts and an organization in one list; anything else is named."""
    assert read_leavers("us-east-1, 111122223333,o-a1b2c3d4e5") == ("us-east-1", ("111122223333", "o-a1b2c3d4e5"))
    assert read_leavers("") == ("", ())
    with pytest.raises(ConfigError, match="mars is no region, account or organization"):
        read_leavers("mars")
    with pytest.raises(ConfigError, match="is no organization"):
        read_organization("r-abcd")


def test_a_home_is_an_account_and_a_region() -> None:
    """It is read as it is printed."""
    assert read_home(HOME.where, "tocsin") == HOME
    for text in ("999988887777", "eu-north-1", "999988887777:", "99998888777:eu-north-1", "tocsin"):
        with pytest.raises(ConfigError, match="names no home"):
            read_home(text, "tocsin")


@pytest.mark.parametrize(
    "region", ["ap-southeast-6", "cn-north-1", "eusc-de-east-1", "us-gov-west-1", "us-isob-east-1"]
)
def test_a_home_may_be_in_any_partition(region: str) -> None:
    """The command, the template that is handed out and Terraform's module take the same regions."""
    taken = parsed(TEMPLATE.read_text("utf-8"))["Parameters"]["HomeRegion"]["AllowedPattern"]
    terraform = (ROOT / "deploy" / "terraform" / "spoke" / "variables.tf").read_text("utf-8")

    assert read_home(f"999988887777:{region}", "tocsin").region == region
    assert re.fullmatch(taken, region) and f'regex("^{taken}$", var.home_region)' in terraform


def test_a_spoke_belongs_to_one_home() -> None:
    """By account and region; an older one is its own account's, and one that is only begun is nobody's."""
    spoke = Stack("tocsin-spoke", "CREATE_COMPLETE", "", {}, HOME.parameters())
    older = Stack("tocsin-spoke", "CREATE_COMPLETE", "", {}, {"HomeRegion": "eu-north-1"})
    begun = Stack("tocsin-spoke", "REVIEW_IN_PROGRESS", "", {}, {})
    other = Home("999988887777", "us-east-1", "tocsin")

    assert HOME.owns(spoke, "111122223333") and not other.owns(spoke, "111122223333")
    assert HOME.owns(older, HOME.account) and not HOME.owns(older, "111122223333")
    assert other.owns(begun, "111122223333")


def test_the_template_that_is_handed_out_asks_for_nothing() -> None:
    """It is the spoke's own template, in which each parameter has home as its default."""
    handed, plain = parsed(filled_in(HOME)), parsed(TEMPLATE.read_text("utf-8"))

    assert {name: each.pop("Default") for name, each in handed["Parameters"].items()} == HOME.parameters()
    assert handed == plain


def test_a_link_opens_the_console_with_the_spoke_filled_in() -> None:
    """In the region that is asked for; a template that does not lie in S3 is refused, as the console would."""
    address = "https://class.s3.eu-north-1.amazonaws.com/spoke.yaml"
    made = urlsplit(link(HOME, address, "us-east-1"))
    place, _, asked = made.fragment.partition("?")

    assert (made.netloc, made.query, place) == (
        "us-east-1.console.aws.amazon.com",
        "region=us-east-1",
        "/stacks/create/review",
    )
    assert {name: value for name, (value,) in parse_qs(asked).items()} == {
        "templateURL": address,
        "stackName": "tocsin-spoke",
        "param_HomeAccount": "999988887777",
        "param_HomeRegion": "eu-north-1",
        "param_HomeStack": "tocsin",
    }
    with pytest.raises(ConfigError, match="S3 alone"):
        link(HOME, "https://example.com/spoke.yaml", "us-east-1")


def test_an_account_is_called_by_name_and_number() -> None:
    """The number stands beside the name, which is no proof of anything."""
    assert called("111122223333", {"111122223333": "student 12"}) == "student 12 (111122223333)"
    assert called("111122223333", {}) == "111122223333"


@pytest.mark.parametrize(
    ("principal", "accounts"),
    [
        ({"AWS": ["111122223333", "444455556666"]}, ("111122223333", "444455556666")),
        ({"AWS": "arn:aws:iam::111122223333:root"}, ("111122223333",)),
        ({"AWS": ["arn:aws-cn:iam::111122223333:root", "arn:aws:iam::444455556666:role/x"]}, ("111122223333",)),
        ({"AWS": "*"}, ()),
        ("*", ()),
        ({"Service": "events.amazonaws.com"}, ()),
    ],
)
def test_whom_a_bus_lets_in_is_read_however_it_is_written(principal: object, accounts: tuple[str, ...]) -> None:
    """By number or by the ARN of an account's root, one or several; other statements of the bus are none of ours."""
    statements = [
        {"Sid": "theirs", "Principal": {"AWS": "999988887777"}},
        {"Sid": "tocsin-accounts", "Principal": principal},
    ]
    statements += [
        {"Sid": "tocsin-organization", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}
    ]

    assert let_in(_bus(json.dumps({"Statement": statements})), "tocsin") == Admitted(accounts, "o-a1b2c3d4e5")
    assert let_in(_bus(json.dumps({"Statement": statements})), "tocsin-2") == let_in(_bus(""), "tocsin") == Admitted()


def _bus(policy: str) -> Cloud:
    events = SimpleNamespace(describe_event_bus=lambda: {"Policy": policy} if policy else {})
    return Cloud(HOME.account, HOME.region, lambda service, region: events)
