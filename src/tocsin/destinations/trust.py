"""Where certificates are kept by name: reading all that a system trusts, to use one, is most of a first https:// call.

It takes up to a second on a small function: https://github.com/aws/aws-lambda-base-images/issues/154
"""

from __future__ import annotations

import os
import re

# Where Amazon Linux, as Fedora, keeps them by name: man update-ca-trust. OpenSSL itself does not look there.
FEDORA = "/etc/pki/ca-trust/extracted/pem/directory-hash"
# https://docs.openssl.org/master/man1/openssl-rehash/
_BY_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def folder(file: str | None, usual: str, *places: str | None) -> str | None:
    """The first of ``places`` that keeps certificates under their hashes; None if there is none, or if the ``file``
    that is trusted is not the ``usual`` one: then somebody has named it, and it counts."""
    if file not in (None, usual):
        return None
    return next((place for place in places if place and _is_by_name(place)), None)


def _is_by_name(place: str) -> bool:
    try:
        with os.scandir(place) as entries:
            return any(_BY_NAME.fullmatch(entry.name) for entry in entries)
    except OSError:
        return False
