"""Who may import whom."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from house.tree import PACKAGES, Breach, Module, Tree, within

_PARTS = ("tocsin.stores", "tocsin.destinations", "tocsin.aws")
_ASSEMBLERS = ("tocsin.handler", "tocsin_local.stage", "tocsin_cli")
_SLEEPERS = ("boto3", "botocore", "http", "asyncio")


def imports_go_one_way(tree: Tree) -> Iterator[Breach]:
    """tocsin_cli may import tocsin_local and tocsin, tocsin_local may import tocsin; never the other way."""
    for module in tree.modules.values():
        package = module.name.split(".")[0]
        for found in module.imports:
            target = found.name.split(".")[0]
            if target in PACKAGES and PACKAGES.index(target) > PACKAGES.index(package):
                yield module.breach(found.line, f"{package} must not import {target}")


def lambda_is_standard_library(tree: Tree) -> Iterator[Breach]:
    """What runs in Lambda imports itself and the standard library; boto3, which Lambda ships, only under aws/."""
    for module in _inside(tree, "tocsin"):
        sdk = {"boto3", "botocore"} if within(module.name, "tocsin.aws") else set()
        for found in module.imports:
            top = found.name.split(".")[0]
            if top not in PACKAGES and top not in sys.stdlib_module_names | sdk:
                yield module.breach(found.line, f"{top} is not in the standard library")


def sdk_stays_in_its_room(tree: Tree) -> Iterator[Breach]:
    """boto3 only under tocsin/aws/ and in the command line."""
    for module in tree.modules.values():
        if not within(module.name, "tocsin.aws", "tocsin_cli"):
            for found in module.imports:
                if found.name.split(".")[0] in ("boto3", "botocore"):
                    yield module.breach(found.line, "boto3 only under tocsin/aws/ and in tocsin_cli")


def kinds_and_destinations_never_meet(tree: Tree) -> Iterator[Breach]:
    """No import road leads from a kind to a destination, or from a destination to a kind."""
    sides = ("tocsin.kinds", "tocsin.destinations")
    for here, there in (sides, sides[::-1]):
        for module in _inside(tree, here):
            for reached in tree.closure(module):
                for found in reached.imports:
                    if within(found.name, there):
                        yield reached.breach(found.line, f"{module.name} reaches {found.name}")


def pipeline_names_no_part(tree: Tree) -> Iterator[Breach]:
    """The pipeline reaches no store, destination or AWS client, and names no single kind."""
    for pipeline in _inside(tree, "tocsin.pipeline"):
        for module in tree.closure(pipeline):
            for found in module.imports:
                if within(found.name, *_PARTS):
                    yield module.breach(found.line, f"tocsin.pipeline reaches the part {found.name}")
        for found in pipeline.imports:
            asked = tree.imported(found)
            if asked and asked.name.startswith("tocsin.kinds."):
                yield pipeline.breach(found.line, f"tocsin.pipeline names the kind {asked.name}")


def only_assemblers_name_parts(tree: Tree) -> Iterator[Breach]:
    """Stores, destinations and AWS clients are named by the handler, the stage and the command line alone."""
    for module in tree.modules.values():
        if not within(module.name, *_PARTS, *_ASSEMBLERS):
            for found in module.imports:
                if within(found.name, *_PARTS):
                    yield module.breach(found.line, f"only handler, stage and tocsin_cli may name {found.name}")


def lambda_zip_starts_light(tree: Tree) -> Iterator[Breach]:
    """src/tocsin, zipped as it is, imports without any package; its pipeline wakes neither boto3, http nor asyncio."""
    if "tocsin.pipeline" not in tree.modules:
        return
    with TemporaryDirectory() as folder:
        archive = Path(folder, "lambda.zip")
        with zipfile.ZipFile(archive, "w") as package:
            for path in tree.files:
                if path.startswith("src/tocsin/"):
                    package.write(tree.root / path, path.removeprefix("src/"))
        woken = _import(archive, "tocsin.pipeline", *(["tocsin.handler"] if "tocsin.handler" in tree.modules else []))
    if woken:
        yield Breach("src/tocsin/pipeline.py", 1, woken)


def _import(archive: Path, first: str, *others: str) -> str:
    """What a fresh interpreter without site-packages has to complain of ("": nothing)."""
    program = (
        f"import sys; sys.path.insert(0, {str(archive)!r}); import {first}\n"
        f"print(*sorted({{name.split('.')[0] for name in sys.modules}} & set({_SLEEPERS!r})))\n"
        + "".join(f"import {other}\n" for other in others)
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    return f"importing {first} wakes {done.stdout.strip()}" if done.stdout.strip() else ""


def _inside(tree: Tree, room: str) -> Iterator[Module]:
    return (module for module in tree.modules.values() if within(module.name, room))


ARROWS = (
    imports_go_one_way,
    lambda_is_standard_library,
    sdk_stays_in_its_room,
    kinds_and_destinations_never_meet,
    pipeline_names_no_part,
    only_assemblers_name_parts,
    lambda_zip_starts_light,
)
