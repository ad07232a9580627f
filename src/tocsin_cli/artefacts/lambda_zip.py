"""The zip that Lambda runs: the modules of src/tocsin as they are, and their bytecode where it can be made."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tocsin
from tocsin_cli.artefacts.bytecode import compiled

RUNTIME = "3.13"  # the Lambda runtime that the function is deployed on
HANDLER = "tocsin.handler.lambda_handler"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_MODE = 0o100644 << 16  # a file that everybody may read: Lambda runs it as another user


@dataclass(frozen=True, slots=True)
class Package:
    """``sources`` and ``bytecode``: name in the zip -> content. There is bytecode for all sources, for some or none."""

    sources: Mapping[str, bytes] = field(repr=False)
    bytecode: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """What the sources are, in 64 hexadecimal digits; the same wherever and with whatever they are packed."""
        lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(self.sources.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def package(python: Path | None, root: Path = Path(tocsin.__file__).parent) -> Package:
    """``python`` compiles and must be of version RUNTIME; None leaves the sources alone."""
    sources = {f"tocsin/{path.relative_to(root).as_posix()}": path.read_bytes() for path in sorted(root.rglob("*.py"))}
    return Package(sources, compiled(sources, python) if python else {})


def zipped(content: Package, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same bytes for the same content: sorted names, one time, one mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted({**content.sources, **content.bytecode}.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr, entry.compress_type = 3, _MODE, compression
            archive.writestr(entry, data)
    return buffer.getvalue()
