"""The frame of the benches: each is listed, and its table finds its place in the page. No number is asserted."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
# One start and one invocation of each; what they come to says nothing.
ONCE = """
import sys
sys.path.insert(0, "bench")
from cold_start import Effort, rows
from table import text
print(text(rows(Effort(1, 1, counted=False))))
"""
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


def test_tocsin_as_deployed_is_measured_within_128_mb() -> None:
    """With its table and its secret an alarm is stored, shown and measured; whoever takes more memory is ended."""
    done = subprocess.run([sys.executable, "-c", ONCE], cwd=ROOT, capture_output=True, text=True, timeout=120)
    found = dict(re.findall(r"^(.+?)  +(.+)$", done.stdout, re.MULTILINE))

    assert not done.returncode, done.stderr
    assert "tocsin with its memory, as deployed" in found["compared, in this order"].split(" · ")
    asked = found["what tocsin with its memory asks AWS for one alarm"].split(" · ")
    assert {"TransactWriteItems 1", "GetMetricData 1"} <= set(asked)
    assert all(float(megabytes) < 128 for megabytes in found["for scale: peak memory, MB, of 128"].split(" · "))
