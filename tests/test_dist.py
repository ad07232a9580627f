"""What is handed to AWS: the Lambda package and the wheel hold what they should, the same on every machine, and run."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tocsin
from tocsin_cli.artefacts.__main__ import main
from tocsin_cli.artefacts.bytecode import compiled
from tocsin_cli.artefacts.lambda_zip import HANDLER, RUNTIME, Package, package, zipped
from tocsin_local.lambda_runtime import Environment, find_python
from tocsin_local.slack.server import LocalSlack
from tocsin_local.tutorial import tutorial_event

ROOT = Path(__file__).parents[1]
KNOCK = {"requestContext": {"http": {}}}
MAGIC_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
UNCHECKED = (1).to_bytes(4, "little")


@pytest.fixture(scope="module")
def python() -> Path:
    """A Python of Lambda's version."""
    found = find_python(RUNTIME)
    if found is None:
        pytest.skip(f"needs Python {RUNTIME}, which is not on this machine")
    return found


@pytest.fixture(scope="module")
def made(python: Path) -> Package:
    return package(python)


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def test_the_package_holds_the_lambda_package_and_nothing_else() -> None:
    """Every module of src/tocsin, no mark for type checkers, no test, nothing of the other packages, no stray file."""
    root = Path(tocsin.__file__).parent
    modules = {f"tocsin/{path.relative_to(root).as_posix()}" for path in root.rglob("*.py")}
    others = {path.name for path in root.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}

    assert set(_names(zipped(package(None)))) == modules >= {"tocsin/handler.py", "tocsin/words/ko.py"}
    assert others == {"py.typed"}, "a file that is no module: does Lambda need it?"


def test_only_modules_are_packed(tmp_path: Path) -> None:
    """What lies about in the folder stays behind: settings, caches, editors' copies."""
    (tmp_path / "__pycache__").mkdir()
    for name in ("__init__.py", ".env", "a.py~", "secret.txt", "__pycache__/a.cpython-311.pyc", "py.typed"):
        (tmp_path / name).write_text("x = 1\n")

    assert _names(zipped(package(None, tmp_path))) == ["tocsin/__init__.py"]


def test_the_bytecode_is_of_lambdas_python_and_of_no_other(made: Package) -> None:
    """Beside each source stands its bytecode for that version, which Python takes without looking at the source."""
    wanted = {
        re.sub(r"([^/]+)\.py$", rf"__pycache__/\1.cpython-{RUNTIME.replace('.', '')}.pyc", name)
        for name in made.sources
    }

    assert made.bytecode.keys() == wanted
    assert {(code[:4], code[4:8]) for code in made.bytecode.values()} == {(MAGIC_3_13, UNCHECKED)}


def test_the_bytecode_knows_nothing_of_the_builder(made: Package) -> None:
    """Its paths are Lambda's; no folder of the machine, of the user or of the compilation is in it."""
    handler = made.bytecode["tocsin/__pycache__/handler.cpython-313.pyc"]
    ours = [str(ROOT).encode(), str(Path.home()).encode(), b"tocsin-compile-"]

    assert b"/var/task/tocsin/handler.py" in handler
    assert not [name for name, code in made.bytecode.items() for path in ours if path in code]


def test_the_same_sources_give_the_same_bytes(python: Path, made: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built again, with another seed and later times, the zip is the same to the byte."""
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("TZ", "Asia/Seoul")

    assert zipped(package(python)) == zipped(made)


def test_entries_have_one_time_and_one_mode(made: Package) -> None:
    """Sorted, readable by everybody, from no particular day."""
    with zipfile.ZipFile(io.BytesIO(zipped(made))) as archive:
        entries = archive.infolist()

    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {((1980, 1, 1, 0, 0, 0), 0o100644)}


def test_the_digest_is_of_the_sources_alone(made: Package) -> None:
    """With or without bytecode, in whatever order, the digest is the same; any change of name or content changes it."""
    turned = dict(reversed(made.sources.items()))
    first = next(iter(made.sources))

    assert Package(turned, {}).digest == made.digest and len(made.digest) == 64
    renamed = {("tocsin/other.py" if name == first else name): content for name, content in made.sources.items()}
    assert len({made.digest, Package(renamed, {}).digest, Package({**made.sources, first: b"#"}, {}).digest}) == 3


def test_the_digest_is_what_anybody_can_compute() -> None:
    """It is the SHA-256 of what `sha256sum` prints for the files, sorted by name."""
    assert Package({"b": b"", "a": b"1"}, {}).digest == (
        "e7a580e5e495029ab713061940e30071c8c0350f37cb6c6b80c74528e802cb0a"
    )


def test_sources_that_do_not_compile_build_nothing(python: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No package with a hole in it: the compiler's complaint is shown and the build fails."""
    with pytest.raises(subprocess.CalledProcessError):
        compiled({"tocsin/broken.py": b"def x(:\n"}, python)

    assert "SyntaxError" in capfd.readouterr().out


def test_the_zip_runs_with_nothing_but_python(python: Path, made: Package, tmp_path: Path) -> None:
    """Lambda's Python without any package answers a stranger with 401, out of the bytecode alone."""
    task = tmp_path / "task"
    with zipfile.ZipFile(io.BytesIO(zipped(made))) as archive:
        archive.extractall(task)
    for source in task.rglob("*.py"):
        source.write_text("raise RuntimeError('the source was compiled')")
    module, function = HANDLER.rsplit(".", 1)
    program = (
        f"import sys; sys.path.insert(0, {str(task)!r})\n"
        f"from {module} import {function} as handle\n"
        f"print(handle({KNOCK!r}, None)['statusCode'])"
    )
    done = subprocess.run([str(python), "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60)

    assert (done.stderr, done.stdout.strip()) == ("", "401")


def test_the_zip_runs_under_lambdas_own_runtime_client(made: Package, tmp_path: Path) -> None:
    """Nothing but boto3 beside it: a stranger gets 401, and an alarm reaches Slack."""
    archive = tmp_path / "tocsin-lambda.zip"
    archive.write_bytes(zipped(made))
    with (
        LocalSlack() as slack,
        Environment(archive, HANDLER, settings={"TOCSIN_SLACK_WEBHOOK_URL": slack.webhook_url}) as environment,
    ):
        knocked, alarm = environment.invoke(KNOCK), environment.invoke(tutorial_event())
        message = slack.wait_for(lambda _: True)

    assert knocked.ok and knocked.payload["statusCode"] == 401
    assert alarm.ok, alarm.logs
    assert "Example alarm name" in str(message)
    assert not any(slack.webhook_url in line for line in (*knocked.logs, *alarm.logs))


def test_make_dist_says_what_it_built(tmp_path: Path, made: Package) -> None:
    """The command writes the same zip, and tells its size, its bytecode and the digest."""
    done = subprocess.run(
        [sys.executable, "-m", "tocsin_cli.artefacts", str(tmp_path)], capture_output=True, text=True, timeout=60
    )

    assert (tmp_path / "tocsin-lambda.zip").read_bytes() == zipped(made)
    assert f"with bytecode for Python {RUNTIME}" in done.stdout and f"sha256:{made.digest}" in done.stdout


def test_without_lambdas_python_the_sources_go_alone_and_a_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no Python of that version is to be found, the zip holds sources and the line says what that costs."""
    main(tmp_path, None)

    assert "sources alone" in capsys.readouterr().out
    assert {Path(name).suffix for name in _names((tmp_path / "tocsin-lambda.zip").read_bytes())} == {".py"}


def _wheel(tree: Path, seconds: int, umask: int) -> bytes:
    """The wheel of a copy of this project, whose files have another age and other modes."""
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree / name)
    for name in ("src", "tests/events"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in tree.rglob("*"):
        os.utime(path, (seconds, seconds))
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, timeout=120)
    (wheel,) = (tree / "dist").iterdir()
    return wheel.read_bytes()


def test_the_wheel_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """Built twice, from files of another age and other modes; it holds the three packages and no bytecode."""
    first = _wheel(tmp_path / "first", 1_600_000_000, 0o022)

    assert first == _wheel(tmp_path / "second", 1_700_000_000, 0o077)
    names = _names(first)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tocsin", "tocsin_local", "tocsin_cli"}
    assert not [name for name in names if name.endswith(".pyc") or name.startswith("tests/")]
