"""What an audit found, counted by place, field and rule. It never holds a value."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.masking.address import UNTOUCHED
from otel_bridge_collector.masking.path import Place
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.masking.walk import Found, Walk

MASKED_KEY: Final = "(masked key)"
"""Stands for a key in which something was found."""

_UNTOUCHED: Final = frozenset(f"metadata.{name}" for name in UNTOUCHED)
_LONGEST_FIELD: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """So many values that a rule would mask.

    Attributes:
        place: what they lie in, for example `spool`.
        field: the path, with `[*]` for elements of lists and `MASKED_KEY` for keys in which something was found.
        rule: its name, for example `masking[0]`; or why a value could not be looked at, which would not pass either.
    """

    place: str
    field: str
    rule: str
    count: int


class Findings:
    """Collects them.

    Attributes:
        unreadable: place -> what could not be read there.
    """

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self.unreadable: Counter[str] = Counter()

    def at(self, place: str) -> Found:
        """Return what a masker tells of what lies in a place. Attributes that no rule masks stand in `metadata` of rows too."""

        def found(rule: str, where: Place) -> None:
            if not _UNTOUCHED.intersection(where.addresses):
                self._counts[place, self._field(where), rule] += 1

        return found

    def listed(self) -> list[Finding]:
        """Return them, sorted."""
        return [
            Finding(place=place, field=field, rule=rule, count=count)
            for (place, field, rule), count in sorted(self._counts.items())
        ]

    def _field(self, where: Place) -> str:
        texts = self._rules.texts_at(where)

        def shown(key: str) -> str:
            return key if Walk(self._rules).key(key, where, texts) == key else MASKED_KEY

        return where.shown(shown)[:_LONGEST_FIELD]
