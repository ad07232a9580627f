"""What a missing program does to a test."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = '''
def test_it(needs):
    """It holds."""
    assert needs("no-such-program-anywhere")
'''
WHOLE_FILE = 'import pytest\npytest.skip("not here", allow_module_level=True)\n'
OPTIONAL = '''
import pytest
@pytest.mark.may_be_absent
def test_it(needs):
    """It holds."""
    assert needs("no-such-program-anywhere")
'''
EXPECTED = '''
import pytest
@pytest.mark.xfail(strict=True)
def test_it():
    """It holds."""
    assert False
'''


def _pytest(folder: Path, test: str, require_all: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    (folder / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(folder)]
    environment = os.environ | {"TOCSIN_REQUIRE_ALL": require_all, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("test", [SKIPPING, WHOLE_FILE], ids=["test", "file"])
def test_a_skip_says_why_and_is_a_failure_where_all_is_required(tmp_path: Path, test: str) -> None:
    """A skip is one line with its reason, and with TOCSIN_REQUIRE_ALL=1 it fails the run."""
    lenient, strict = _pytest(tmp_path, test, ""), _pytest(tmp_path, test, "1")

    assert (lenient.returncode, "1 skipped" in lenient.stdout) == (5 if test == WHOLE_FILE else 0, True)
    assert [line for line in lenient.stdout.splitlines() if line.startswith("SKIPPED")]
    assert strict.returncode != 0
    assert "TOCSIN_REQUIRE_ALL=1 allows no skip" in strict.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    """A test that is marked as failing strictly stays what it is, also where all is required."""
    assert _pytest(tmp_path, EXPECTED, "1").returncode == 0


def test_what_cannot_be_installed_everywhere_is_skipped_with_a_line(tmp_path: Path) -> None:
    """A test of such a program says why it is skipped, and does not fail where all is required."""
    done = _pytest(tmp_path, OPTIONAL, "1")

    assert (done.returncode, "needs no-such-program-anywhere" in done.stdout) == (0, True)


def test_a_program_that_answers_is_found(needs) -> None:  # type: ignore[no-untyped-def]
    """`needs` gives the path of the first name that answers."""
    assert needs("no-such-program-anywhere", "make").endswith("make")


def test_the_long_files_begin_first(request: pytest.FixtureRequest) -> None:
    """Each of them is there; none begins after a file that is not among them, or after one that is named later."""
    long = runpy.run_path(str(Path(__file__).with_name("conftest.py")))["LONG"]
    begun = list(dict.fromkeys(item.path.name for item in request.session.items))

    assert set(long) <= {path.name for path in Path(__file__).parent.rglob("test_*.py")}
    assert begun[: len(set(begun) & set(long))] == [name for name in long if name in begun]
