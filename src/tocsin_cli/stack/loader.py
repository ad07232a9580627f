"""The one file that Lambda sees when the template carries the package: unpacks it once per container, then steps aside.

Standard library only. Where ``PACKAGE`` is empty, as here, it is only the pattern that bundle.py fills in.
"""

import base64
import io
import sys
import tempfile
import zipfile
import zlib

PACKAGE = ""


def _unpacked() -> str:
    """A folder with the modules: not imported out of the zip itself, which reads it anew for each of them."""
    folder = tempfile.mkdtemp(prefix="tocsin-")
    with zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(PACKAGE)))) as package:
        package.extractall(folder)
    return folder


if PACKAGE:
    sys.dont_write_bytecode = True  # nobody would read it: the next container has a folder of its own
    sys.path.insert(0, _unpacked())
    from tocsin.handler import lambda_handler  # noqa: F401 - Lambda's entry
