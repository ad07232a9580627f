"""What no file of the repository may hold, be it code, prose or data.

The patterns are spelled with one-letter classes so that they do not find themselves.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

from house.tree import Breach, Rule, Tree

_LARGEST = 400 * 1024
_WRITTEN_BY_HAND = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".txt", ".in", ".html", ".css", ".js", ""}

_REGISTRY = re.compile(
    r"\b(?:pyp[i]\.(?:org|python\.org)|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|(?:deb|security)\.debia[n]\.org"
    r"|crate[s]\.io|proxy\.golan[g]\.org|rubygem[s]\.org|anacond[a]\.org)\b"
    r"|--(?:extra-)?index-ur[l]|--find-link[s]|\"resolve[d]\": *\"http",
    re.IGNORECASE,
)
_PINNED_ADDRESS = re.compile(r"https?://|git\+|@ *file:")
_PIN = re.compile(r"[\w.-]+==[\w.]+")
_MAKING = re.compile(
    r"\bCo-Authored-B[y]|\bChatGP[T]\b|\bCopilo[t]\b|\bClaude Cod[e]\b|\blanguage mode[l]|\bcoding agen[t]"
    r"|\b(?i:generated|written|made) (?:by|with) (?:an? )?(?:A[I]|LL[M]|Claud[e]|GP[T])\b"
    r"|\b(?:[Ii]ssue|pull request|PR) #?\d+\b|\b(?:[Ff]ixes|[Cc]loses|[Rr]efs) #\d+|\.\./share[d]\b",
)
_MACHINE = re.compile(r"/(?:wor[k]|far[m]|roo[t]|tmp/studi[o]|hom[e]/(?!ec2-user)\w+|User[s]/\w+)/")
# A joiner behind a picture is part of an emoji.
_INVISIBLE = re.compile(
    "(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
    "|[\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def files_stay_small(tree: Tree) -> Iterator[Breach]:
    """No file is larger than 400 KiB."""
    for path in tree.files:
        size = (tree.root / path).stat().st_size
        if size > _LARGEST:
            yield Breach(path, 1, f"{size:,} bytes: larger than {_LARGEST:,}")


def requirements_name_no_address(tree: Tree) -> Iterator[Breach]:
    """Requirements pin names and versions, never where to download them."""
    for path, text in tree.texts.items():
        if path.startswith("requirements/"):
            yield from _found(path, text, _PINNED_ADDRESS, "a download address")


def pins_agree(tree: Tree) -> Iterator[Breach]:
    """Each requirement is pinned to one version, the same for running as for testing, and no dependency is left out."""
    runtime, dev = "requirements/runtime.txt", "requirements/dev.txt"
    pins = {path: tree.texts[path].splitlines() for path in (runtime, dev)}
    for path, lines in pins.items():
        for line, pin in enumerate(lines, 1):
            if not _PIN.fullmatch(pin):
                yield Breach(path, line, f"not pinned to one version: {pin}")
    for line, pin in enumerate(pins[runtime], 1):
        if pin not in pins[dev]:
            yield Breach(runtime, line, f"{pin} is not what {dev} pins")
    pinned = {pin.partition("==")[0].lower() for pin in pins[runtime]}
    for wanted in tomllib.loads(tree.texts["pyproject.toml"])["project"].get("dependencies", ()):
        if ";" not in wanted and re.split(r"[^\w-]", wanted)[0].lower() not in pinned:
            yield Breach("pyproject.toml", 1, f"{wanted} is not pinned in {runtime}")


def no_invisible_characters(tree: Tree) -> Iterator[Breach]:
    """What a human wrote holds no zero-width or direction character: it is escaped where it is meant."""
    for path, text in tree.texts.items():
        if PurePosixPath(path).suffix in _WRITTEN_BY_HAND:
            for breach in _found(path, text, _INVISIBLE, "an invisible character"):
                yield breach._replace(why=ascii(breach.why))


def _nowhere(name: str, doc: str, pattern: re.Pattern[str], what: str) -> Rule:
    def rule(tree: Tree) -> Iterator[Breach]:
        for path, text in tree.texts.items():
            yield from _found(path, text, pattern, what)

    rule.__name__, rule.__doc__ = name, doc
    return rule


def _found(path: str, text: str, pattern: re.Pattern[str], what: str) -> Iterator[Breach]:
    for line, content in enumerate(text.splitlines(), 1):
        if hit := pattern.search(content):
            yield Breach(path, line, f"{what}: {hit.group()}")


REPOSITORY = (
    files_stay_small,
    requirements_name_no_address,
    pins_agree,
    no_invisible_characters,
    _nowhere("no_registry_is_named", "No file names the host of a package registry.", _REGISTRY, "a registry"),
    _nowhere("the_product_alone", "No file tells who made the product or how.", _MAKING, "how it was made"),
    _nowhere("no_machine_is_named", "No file names a folder of the machine it was made on.", _MACHINE, "a path"),
)
