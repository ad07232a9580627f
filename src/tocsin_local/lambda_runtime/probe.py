"""Run as a file by another Python: tells where that Python has what Lambda's runtime ships, as JSON.

Needs nothing but the standard library, and imports nothing of what it looks for.
"""

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

SHIPPED = ("awslambdaric", "boto3")


def main() -> None:
    """{"version": "3.13", "executable": path, "missing": [name], "parts": {top-level name: path}}"""
    found, missing = _closure()
    parts = {name: path for one in found for name, path in _top_level(one).items()}
    executable = vars(sys).get("_base_executable", sys.executable)  # the one behind a virtual environment
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    json.dump({"version": version, "executable": executable, "missing": missing, "parts": parts}, sys.stdout)


def _closure() -> tuple[list[Distribution], list[str]]:
    """The distributions that Lambda ships and what they need; and which of the first are not there."""
    waiting, found, missing = list(SHIPPED), {}, []
    while waiting:
        name = waiting.pop()
        try:
            one = distribution(name)
        except PackageNotFoundError:
            if name in SHIPPED:
                missing.append(name)
            continue
        found[name] = one
        needed = [re.split(r"[^\w.-]", line)[0] for line in one.requires or () if "extra ==" not in line]
        waiting += [each for each in needed if each not in found]
    return list(found.values()), sorted(missing)


def _top_level(one: Distribution) -> dict[str, str]:
    tops = {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}
    return {top: str(one.locate_file(top)) for top in tops}


if __name__ == "__main__":
    main()
