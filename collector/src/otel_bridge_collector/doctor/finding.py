"""What a check has found."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["ok", "finding", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the answer.

    Attributes:
        check: what was looked at.
        verdict: `skipped` where it could not be looked at, which is no finding.
        found: what is wrong, or what was seen, in plain words.
        remedy: the exact variable to set or command to run; empty when nothing is wrong.
    """

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""


def fine(check: str, found: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check=check, verdict="ok", found=found)


def wrong(check: str, found: str, remedy: str) -> Finding:
    """Something is wrong."""
    return Finding(check=check, verdict="finding", found=found, remedy=remedy)


def skipped(check: str, found: str, remedy: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(check=check, verdict="skipped", found=found, remedy=remedy)
