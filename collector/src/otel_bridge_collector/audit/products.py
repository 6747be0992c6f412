"""Rules as an audit applies them: what a rule has put somewhere is nothing to be found, by this rule or another.

| of the product | is spared |
| --- | --- |
| hashes, pseudonyms, the message of a failed masking | wherever they stand in a text |
| a replacement | where it is the whole value, or an expression would find it in itself |
| a value that was made of products alone | as a whole; roles and types in it are no values, nor are id and name of a tool call |
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.masking import MaskingProcessor, MaskingRule
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.masking.action import Action, replace_by
from otel_bridge_collector.masking.finder import KNOWN, Finder, Shown
from otel_bridge_collector.masking.rules import Rule, RuleSet
from otel_bridge_collector.pipeline.flow import at_door
from otel_bridge_collector.pipeline.masks import door_rules

_STAND_IN: Final = "\ue000"
"""Stands for a product while a text is looked at; no letter, no digit, and nothing that a sender means."""

_ALWAYS: Final = (r"sha256:[0-9a-f]{64}", r"ERROR: Failed to mask field '[^']*' - \w+")
_MASKS: Final = ("[masked]", *(finder.mask for finder in KNOWN.values()))
_STRUCTURE: Final = frozenset({"role", "type", "finish_reason"})
_OF_CALL: Final = _STRUCTURE | {"id"}


def audit_rules(config: Config) -> RuleSet | None:
    """Return the rules at the door so that they spare what they have made; None where there are none.

    Raises:
        SettingsError: a key that cannot be used.
    """
    rules = door_rules(config)
    if rules is None:
        return None
    masking = [
        rule
        for name in at_door(config)
        if isinstance(processor := config.processors[name], MaskingProcessor)
        for rule in processor.rules
    ]
    products = Products(masking)
    return RuleSet(
        rules=[products.sparing(rule) for rule in rules.rules],
        span_names=rules.span_names,
        fingerprint=rules.fingerprint,
    )


class Products:
    """What rules put in the place of values."""

    def __init__(self, rules: Sequence[MaskingRule]) -> None:
        own = [_pseudonyms(rule.prefix) for rule in rules if rule.action == "pseudonym"]
        self._texts = [*_MASKS, *(rule.replacement for rule in rules if rule.replacement)]
        self._shapes = "|".join((*_ALWAYS, *own))
        self._whole = re.compile("|".join((self._shapes, *map(re.escape, self._texts))))

    def sparing(self, rule: Rule) -> Rule:
        """Return a rule that leaves products as they are."""
        if rule.finders:
            return replace(rule, finders=[self._sparing_finder(finder) for finder in rule.finders])
        return replace(rule, act=self._sparing_action(rule.act or replace_by("[masked]")))

    def _sparing_action(self, act: Action) -> Action:
        return lambda text: text if self.is_product(text) else act(text)

    def is_product(self, text: str) -> bool:
        """Tell whether a value, as JSON unless it is a text, is made of products alone."""
        if self._whole.fullmatch(text):
            return True
        if text[:1] not in ("{", "["):
            return False
        try:
            values = list(_values(cast("Json", json.loads(text))))
        except (ValueError, RecursionError):
            return False
        return bool(values) and all(isinstance(each, str) and self.is_product(each) for each in values)

    def _sparing_finder(self, finder: Finder) -> Finder:
        in_itself = [text for text in self._texts if finder.replace(text, lambda _: _STAND_IN) != text]
        products = re.compile("|".join((self._shapes, *map(re.escape, in_itself))))

        def spared(text: str, shown: Shown) -> str:
            if not products.search(text):
                return finder.replace(text, shown)
            hidden = products.sub(_STAND_IN, text)
            left = finder.replace(hidden, _unless_empty(shown))
            return text if left == hidden else left

        return replace(
            finder, replace=spared, hides=self._sparing_keys(finder.hides) if finder.hides else None
        )

    def _sparing_keys(self, hides: Callable[[str], bool]) -> Callable[[str], bool]:
        # Of several keys that were masked alike, all but one end in some of these.
        return lambda key: self._whole.fullmatch(key.rstrip("'")) is None and hides(key)


def _unless_empty(shown: Shown) -> Callable[[str], str]:
    """Leave alone what holds neither letter nor digit once products are away."""
    return lambda found: shown(found) if any(each.isalnum() for each in found) else found


def _pseudonyms(prefix: str) -> str:
    return rf"{re.escape(prefix)}_(?:[A-Za-z0-9-]+_)?[0-9a-f]{{16}}(?![0-9A-Za-z])"


def _values(value: Json) -> Iterator[Json]:
    """Yield what stands in a value, without keys, and without what only tells of its structure."""
    if isinstance(value, dict):
        structure = _OF_CALL if value.get("type") == "function" else _STRUCTURE
        for key, each in value.items():
            if key == "function" and isinstance(each, dict):
                yield from _values({name: inner for name, inner in each.items() if name != "name"})
            elif key not in structure:
                yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif value is not None:
        yield value
