"""The rules of the house, as functions over a source tree: each yields what breaks it.

`python -m house` (with tests/ on the path) judges this repository; tests/test_house_rules.py sees each rule bite.
"""

from __future__ import annotations

from house.arrows import ARROWS
from house.repository import REPOSITORY
from house.rooms import ROOMS
from house.style import STYLE
from house.tree import Breach, Rule, Tree

RULES: dict[str, Rule] = {rule.__name__: rule for rule in (*ARROWS, *ROOMS, *STYLE, *REPOSITORY)}

__all__ = ["RULES", "Breach", "Rule", "Tree"]
