"""Made-up secrets that the rules of a configuration must mask, and where they have to stand for that. Every one is random.

| rule | secret |
| --- | --- |
| `patterns` alone | one of each form, in a text |
| `patterns` with `fields` | one of each form, in the first field that has a plain path |
| `fields` alone | a word, in each field that has a plain path |
| `regexes` alone, paths with wildcards, lists or places of OTLP | none: nobody can tell what they match |
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.config.masking import MaskingProcessor, MaskingRule, Pattern
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.pipeline.flow import at_door

ANYWHERE: Final = "metadata.otel_bridge_canary"
"""Where a secret stands that is masked everywhere."""

_CONTENT: Final = frozenset({"input", "output", "expected"})
_OTHER_PLACES: Final = ("resource.", "scope.", "links.", "events.", "status.", "span_attributes.", "context.")
_PLAIN: Final = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One made-up secret.

    Attributes:
        field: `input`, `output`, `expected`, or a path below `metadata`.
        text: the value; `mark` stands in it, and nowhere else in the world.
    """

    field: str
    text: str
    mark: str


def secrets_for(config: Config) -> Sequence[Secret]:
    """Return new secrets for the rules at the door; none where no rule can be tried."""
    rules = [
        rule
        for name in at_door(config)
        if isinstance(processor := config.processors[name], MaskingProcessor)
        for rule in processor.rules
    ]
    return [secret for rule in rules for secret in _of(rule)]


def _of(rule: MaskingRule) -> Iterator[Secret]:
    fields = [field for path in rule.fields if (field := _field(path))] if rule.fields else [ANYWHERE]
    for pattern in rule.patterns:
        for field in fields[:1]:
            mark = _MADE[pattern]()
            yield Secret(field=field, text=f"made up: {mark}", mark=mark)
    if rule.fields and not (rule.patterns or rule.regexes):
        for field in fields:
            mark = f"canary{secrets.token_hex(12)}"
            yield Secret(field=field, text=mark, mark=mark)


def _field(path: str) -> str | None:
    """Return the field or key of `metadata` that a path names; None for one that has no plain name."""
    if path in _CONTENT:
        return path
    if (
        _PLAIN.fullmatch(path) is None
        or path.startswith(_OTHER_PLACES)
        or path.split(".", maxsplit=1)[0] in _CONTENT
    ):
        return None
    return path if path.startswith("metadata.") else f"metadata.{path}"


def _secret() -> str:
    return f"sk-{secrets.token_hex(24)}"


def _email() -> str:
    return f"canary{secrets.token_hex(12)}@otel-bridge.example"


def _card() -> str:
    """Return sixteen digits that end in the check digit of ISO/IEC 7812, as of a Visa card."""
    digits = [4, *(secrets.randbelow(10) for _ in range(14))]
    doubled = [sum(divmod(each * 2, 10)) if index % 2 == 0 else each for index, each in enumerate(digits)]
    return "".join(map(str, (*digits, -sum(doubled) % 10)))


def _phone() -> str:
    return f"+49 30 {secrets.randbelow(9 * 10**8) + 10**8}"


_MADE: Final[Mapping[Pattern, Callable[[], str]]] = {
    "secrets": _secret,
    "emails": _email,
    "card_numbers": _card,
    "phone_numbers": _phone,
}
