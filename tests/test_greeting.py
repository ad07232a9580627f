"""The words by which tocsin says that it is connected: how many alarms, where, and which fire already."""

from __future__ import annotations

import pytest

from tocsin_cli.stack.greeting import Watched, sentences


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Watched(0, ()), "Watching account shop (1) in eu-north-1, which has no alarms yet: `tocsin alarm add`."),
        (Watched(1, ()), "Watching 1 alarm in eu-north-1, account shop (1)."),
        (Watched(41, ()), "Watching 41 alarms in eu-north-1, account shop (1)."),
        (Watched(2, ("a", "b")), "Watching 2 alarms in eu-north-1, account shop (1).\nAlready firing (2): a, b"),
    ],
)
def test_it_counts_as_people_do(seen: Watched, said: str) -> None:
    """None, one and many are three sentences; what fires is named."""
    assert "\n".join(sentences("en", seen, "eu-north-1", "shop (1)")) == said


def test_of_many_that_fire_the_first_ten_are_named() -> None:
    """The rest is a number, in each language."""
    seen = Watched(99, tuple(f"alarm {number}" for number in range(12)))
    for language, rest in (("en", "and 2 more"), ("ko", "외 2개")):
        assert sentences(language, seen, "x", "y")[1].endswith(f"alarm 9, {rest}")
