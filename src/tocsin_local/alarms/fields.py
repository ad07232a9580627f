"""Reads the fields of one definition, and says in one line which field of which alarm is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tocsin.ports import ConfigError


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields as they were given; ``where`` names the alarm and its file. A null or empty field was left out."""

    given: Mapping[str, Any]
    where: str

    def has(self, field: str) -> bool:
        """Whether the field says anything."""
        return self.given.get(field) not in (None, "", [], {})

    def wrong(self, field: str, allowed: str) -> ConfigError:
        """The error for a field whose value is not allowed."""
        found = f"is {self.given[field]!r:.80}" if self.has(field) else "is missing"
        return ConfigError(f"{self.where}: {field} {found}", f"Allowed: {allowed}.")

    def unsupported(self, field: str, what: str) -> ConfigError:
        """The error for a kind of alarm that is known but not evaluated here."""
        return ConfigError(
            f"{self.where}: {field} makes it {what}, which is not evaluated here",
            "Alarms on one metric against a static threshold are.",
        )

    def only(self, known: Collection[str]) -> None:
        """Refuse fields of other names."""
        for field in self.given:
            if field not in known:
                near = get_close_matches(str(field), sorted(known), 1)
                hint = f"Did you mean {near[0]}?" if near else "Field names are CloudWatch's own."
                raise ConfigError(f"{self.where}: {field} is no field of such an alarm", hint)

    def text(self, field: str, longest: int) -> str:
        """A text of 1 to ``longest`` characters."""
        found = self.given.get(field)
        if not isinstance(found, str) or not 1 <= len(found) <= longest:
            raise self.wrong(field, f"a text of 1 to {longest} characters")
        return found

    def maybe(self, field: str, longest: int) -> str | None:
        """The same, or None where it was left out."""
        return self.text(field, longest) if self.has(field) else None

    def choice(self, field: str, allowed: tuple[str, ...], usual: str | None = None) -> str:
        """One of the allowed words; ``usual`` where it was left out."""
        if usual is not None and not self.has(field):
            return usual
        found = self.given.get(field)
        if found not in allowed:
            raise self.wrong(field, ", ".join(allowed))
        return str(found)

    def whole(self, field: str, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``."""
        found = self.given.get(field)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise self.wrong(field, f"a whole number from {least} to {most}")
        return found

    def flag(self, field: str, usual: bool) -> bool:
        """True or false."""
        found = self.given.get(field)
        if found is None:
            return usual
        if not isinstance(found, bool):
            raise self.wrong(field, "true or false")
        return found

    def texts(self, field: str, most: int) -> tuple[str, ...]:
        """A list of at most ``most`` texts."""
        found = self.given.get(field) or []
        if not isinstance(found, list) or len(found) > most or not all(isinstance(item, str) for item in found):
            raise self.wrong(field, f"a list of at most {most} texts")
        return tuple(found)

    def mappings(self, field: str, most: int) -> list[Mapping[str, Any]]:
        """A list of at most ``most`` objects."""
        found = self.given.get(field) or []
        if not isinstance(found, list) or len(found) > most or not all(isinstance(item, Mapping) for item in found):
            raise self.wrong(field, f"a list of at most {most} objects")
        return found

    def mapping(self, field: str) -> Mapping[str, Any]:
        """An object."""
        found = self.given.get(field) or {}
        if not isinstance(found, Mapping):
            raise self.wrong(field, "an object")
        return found
