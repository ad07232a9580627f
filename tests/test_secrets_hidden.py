"""What opens doors is not shown of messages whose shape nobody knew beforehand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.config import Config
from tocsin.reading.secrets import HIDDEN, hidden, masked
from tocsin_cli.previews import previews

EVENT = Path(__file__).parent / "events" / "generic_json" / "secrets.json"


def test_a_message_of_unknown_shape_shows_none_of_its_secrets() -> None:
    """Neither the fields nor the quotation hold them; what stands beside them is shown."""
    for language in ("en", "ko"):
        (seen,) = previews(EVENT.read_bytes(), Config(language=language))
        shown = json.dumps(seen.messages) + repr(seen.signal)
        assert "shown" not in shown.lower()
        assert "copy-orders" in shown and "prod" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "x"}, {"password": HIDDEN}),
        ({"db_passwd": ["x"]}, {"db_passwd": HIDDEN}),
        ({"Authorization": "Basic eA=="}, {"Authorization": HIDDEN}),
        ({"slackSigningSecret": "x"}, {"slackSigningSecret": HIDDEN}),
        ({"taskToken": "x", "totalTokens": 12}, {"taskToken": HIDDEN, "totalTokens": 12}),
        ({"secretArn": "arn:x", "tokenType": "bearer"}, {"secretArn": "arn:x", "tokenType": "bearer"}),
        ([{"Key": "ApiKey", "Value": "x"}], [{"Key": "ApiKey", "Value": HIDDEN}]),
        ({"name": "STAGE", "value": "prod"}, {"name": "STAGE", "value": "prod"}),
        ({"passwordResetRequired": True, "secret": ""}, {"passwordResetRequired": True, "secret": ""}),
        ("https://u:p@h.example/", f"https://u:{HIDDEN}@h.example/"),
        ("a?X-Amz-Security-Token=x&b=1", f"a?X-Amz-Security-Token={HIDDEN}&b=1"),
        ('{"token": "x", "n": "1"}', f'{{"token": "{HIDDEN}", "n": "1"}}'),
    ],
)
def test_a_secret_is_known_by_its_name(value: object, shown: object) -> None:
    """By the name of a field, of a pair, of a query's parameter; what only speaks of secrets stays."""
    assert hidden(value) == shown


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_hiding_twice_changes_nothing_more(value: object) -> None:
    """What was hidden once looks the same afterwards."""
    once = hidden(value)
    assert hidden(once) == once


def test_hiding_takes_little_time_however_long_the_text() -> None:
    """The patterns look at each character a bounded number of times."""
    for text in ("://a:" * 50_000, '"token' * 50_000, "x-amz-signature=" * 20_000, "://" + "a" * 250_000):
        assert len(masked(text)) <= len(text) + 3 * 20_000
