"""`--fail-if CONDITION`: what makes a run fail although every task went well. It reads, and judges nothing.

regression > 0.02           any score fell by more than that against the base, and by more than chance explains
regression.exact > 2%       that score did
score.exact < 0.8           the mean of a score
metric.duration > 1.5       the mean of a metric, in its unit
errors > 0                  tasks that failed
scorer_errors > 0           cases in which a scorer failed
flaky > 0                   cases whose trials do not agree
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

Subject: TypeAlias = Literal["regression", "score", "metric", "errors", "scorer_errors", "flaky"]

_COMPARES: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_NAMED: Final = frozenset({"score", "metric"})
"""Subjects that say nothing without a name."""
_SHARES: Final = frozenset({"regression", "score"})
"""Subjects that are at most 1."""
_PERCENT: Final = 100
_COUNTED: Final = frozenset({"errors", "scorer_errors", "flaky"})
_CONDITION: Final = re.compile(
    r"\s*(regression|score|metric|errors|scorer_errors|flaky)(?:\.(.+?))?\s*(>=|<=|>|<)\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*"
)
_EXPECTED: Final = (
    "expected for example 'regression > 0.02', 'score.exact < 0.8', 'metric.duration > 1.5', 'errors > 0',"
    " 'scorer_errors > 0' or 'flaky > 0'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition.

    Attributes:
        text: as it was given.
        subject: what is looked at.
        name: of the score or metric; None for all of them, and for what is counted.
        sign: `>`, `>=`, `<` or `<=`.
        bound: what it is compared with; a percentage stands here as a share.
    """

    text: str
    subject: Subject
    name: str | None
    sign: str
    bound: float

    def holds_for(self, value: float) -> bool:
        """Tell whether it is met, and the run so fails."""
        return _COMPARES[self.sign](value, self.bound)


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: it is none; the message says what is.
    """
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no condition: {_EXPECTED}")
    subject, name, sign, number, percent = found.groups()
    if subject in _NAMED and name is None:
        raise ValueError(f"{text!r} does not say which {subject}: {_EXPECTED}")
    if subject in _COUNTED and (name is not None or percent):
        raise ValueError(f"{text!r}: {subject} is a number of cases, without a name or %; {_EXPECTED}")
    if subject == "regression" and sign not in {">", ">="}:
        raise ValueError(f"{text!r}: a regression fails a run when it is larger than a bound; {_EXPECTED}")
    bound = float(number) / (_PERCENT if percent else 1)
    if subject in _SHARES and bound > 1:
        raise ValueError(
            f"{text!r}: scores count from 0 to 1, and {bound:g} is more{_meant(bound)}; {_EXPECTED}"
        )
    return Condition(text=text.strip(), subject=cast("Subject", subject), name=name, sign=sign, bound=bound)


def _meant(bound: float) -> str:
    return f" (write {bound:g}% for a share of 100)" if bound <= _PERCENT else ""
