"""The frame of the benches: each is listed, and its table finds its place in the page. No number is asserted."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
put = cast(Callable[[str, str, str], str], runpy.run_path(str(ROOT / "bench/page.py"))["put"])
contents = st.text(st.sampled_from("a\\1|\n<!- "), max_size=20).filter(lambda text: "<!--" not in text)


def test_every_bench_is_listed_and_answered() -> None:
    """A file with a QUESTION is run by `make bench`, and its answer stands in docs/performance.md."""
    benches = [path.stem for path in (ROOT / "bench").glob("*.py") if "\nQUESTION = " in path.read_text("utf-8")]
    listed = re.findall(r'^    "(\w+)": \1,$', (ROOT / "bench/run.py").read_text("utf-8"), re.MULTILINE)
    answered = re.findall(r"^<!-- bench (\w+) -->$", (ROOT / "docs/performance.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(benches) == sorted(listed)
    assert sorted(benches) == sorted(answered)


@given(contents, contents, contents)
def test_a_table_replaces_its_own_and_nothing_else(first: str, second: str, other: str) -> None:
    """What a bench wrote before is replaced, whatever it holds; the text and tables around it stay."""
    page = put(put("# Page\n", "one", first), "two", other)
    assert put(page, "one", second) == put(put("# Page\n", "one", second), "two", other)
    assert put(page, "one", first) == page
