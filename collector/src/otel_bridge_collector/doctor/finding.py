"""What a check has found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["ok", "finding", "skipped"]

_FIRST: Final[Sequence[Verdict]] = ("finding", "skipped", "ok")


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


def shortened(findings: Sequence[Finding]) -> list[Finding]:
    """Return what is wrong before what is well, and of each check that is well in several projects one line."""
    well: dict[str, list[Finding]] = {}
    for each in findings:
        if each.verdict == "ok":
            well.setdefault(each.check, []).append(each)
    kept = [each for each in findings if each.verdict != "ok" or each is well[each.check][0]]
    more = {check: len(found) - 1 for check, found in well.items() if len(found) > 1}
    return sorted(
        (
            replace(each, found=f"{each.found}; likewise in {more[each.check]} more")
            if each.verdict == "ok" and each.check in more
            else each
            for each in kept
        ),
        key=lambda each: _FIRST.index(each.verdict),
    )
