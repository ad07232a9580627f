"""The words by which AWS's security services grade what they find, as the five grades of tocsin."""

from __future__ import annotations

from tocsin.model import Severity

_WORDS: dict[str, Severity] = {
    "CRITICAL": "critical", "FATAL": "critical", "HIGH": "high", "MEDIUM": "medium", "MODERATE": "medium", "LOW": "low",
    "INFORMATIONAL": "info", "INFO": "info", "NONE": "info", "UNTRIAGED": "medium",
}  # fmt: skip


def is_word(word: str) -> bool:
    """Whether a word is a grade."""
    return word.strip().upper() in _WORDS


def by_word(word: str, otherwise: Severity = "medium") -> Severity:
    """The grade that a word means, in any case of letters."""
    return _WORDS.get(word.strip().upper(), otherwise)


def by_score(score: float | None, otherwise: Severity = "medium") -> Severity:
    """GuardDuty's and CVSS's grades: 9 and more is critical, 7 high, 4 medium, above 0 low."""
    if score is None:
        return otherwise
    grades: tuple[tuple[float, Severity], ...] = ((9, "critical"), (7, "high"), (4, "medium"))
    return next((grade for least, grade in grades if score >= least), "low" if score > 0 else "info")
