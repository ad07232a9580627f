"""The folder that a function lives in: its code as /var/task holds it, a Python with what Lambda ships, and a /tmp."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tocsin.ports import ConfigError
from tocsin_local.lambda_runtime.interpreter import Interpreter

# Lambda refuses these as settings, and so do we.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_RESERVED = ("AWS_LAMBDA_", "LAMBDA_", "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_EXECUTION_ENV")


def refuse_reserved(settings: Mapping[str, str]) -> None:
    """Raises ConfigError where a setting has a name that Lambda keeps for itself."""
    if refused := sorted(name for name in settings if name.startswith(_RESERVED)):
        raise ConfigError(f"Lambda reserves {', '.join(refused)}.", "Remove it from the function's settings.")


class Sandbox:
    """Unpacks ``code``, a zip or a folder. Nothing of the caller's environment or packages reaches the function."""

    def __init__(self, code: Path, interpreter: Interpreter) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tocsin-lambda-")
        root = Path(self._folder.name).resolve()
        self.task, self.temporary, self.python = root / "task", root / "tmp", root / "python" / "bin" / "python"
        self._version = interpreter.version
        try:
            self.temporary.mkdir()
            _unpack(code, self.task)
            _furnish(root / "python", interpreter)
        except BaseException:
            self.remove()
            raise

    def variables(self, settings: Mapping[str, str]) -> dict[str, str]:
        """The environment that Lambda gives, with the handler's own settings.

        The credentials are placeholders: they keep an SDK from looking for real ones, and settings may replace them.
        """
        region = settings.get("AWS_REGION", "us-east-1")
        return {
            "PATH": f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": str(self.temporary),
            "TMPDIR": str(self.temporary),
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task and the runtime are read-only, even for us as root
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_SESSION_TOKEN": "local",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{self._version}",
            "LAMBDA_TASK_ROOT": str(self.task),
            "LAMBDA_RUNTIME_DIR": str(self.python.parent.parent),
            **settings,
        }

    def remove(self) -> None:
        for folder in (self.task, *self.task.rglob("*")):
            if folder.is_dir():
                folder.chmod(0o755)
        self._folder.cleanup()


def _unpack(code: Path, task: Path) -> None:
    if code.is_dir():
        shutil.copytree(code, task, ignore=shutil.ignore_patterns(".git"))
    elif zipfile.is_zipfile(code):
        with zipfile.ZipFile(code) as archive:
            archive.extractall(task)
    else:
        raise ConfigError(f"{code} is neither a zip nor a folder.", "Name the function's code: make dist builds it.")
    for path in (*task.rglob("*"), task):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _furnish(folder: Path, interpreter: Interpreter) -> None:
    """A virtual environment, made by hand: it links to what Lambda ships and to nothing else that is installed.

    https://docs.python.org/3/library/site.html describes pyvenv.cfg.
    """
    packages = folder / "lib" / f"python{interpreter.version}" / "site-packages"
    packages.mkdir(parents=True)
    for name, path in interpreter.parts:
        (packages / name).symlink_to(path)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(interpreter.executable)
    settings = f"home = {interpreter.executable.parent}\ninclude-system-site-packages = false\n"
    (folder / "pyvenv.cfg").write_text(settings, encoding="utf-8")
