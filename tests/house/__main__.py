"""Judges this repository and prints one line per breach."""

import sys
from pathlib import Path

from house import RULES, Tree

tree = Tree(Path(__file__).parents[2])
breaches = [f"{breach} ({name})" for name, rule in RULES.items() for breach in rule(tree)]
print("\n".join(breaches) or f"{len(RULES)} house rules hold")
sys.exit(bool(breaches))
