"""The one file that Lambda sees when the template carries the package: hands it to Python once per container, no more.

Standard library only. Where ``PACKAGE`` is empty, as here, it is only the pattern that bundle.py fills in.
"""

import base64
import sys
import tempfile
import zlib

PACKAGE = ""


def _unpacked() -> str:
    """A zip that Python imports from: writing each module into a file of its own takes longer than all else here."""
    with tempfile.NamedTemporaryFile(prefix="tocsin-", suffix=".zip", delete=False) as file:
        file.write(zlib.decompress(base64.b64decode(PACKAGE)))
    return file.name


if PACKAGE:
    sys.path.insert(0, _unpacked())
    from tocsin.handler import lambda_handler  # noqa: F401 - Lambda's entry
