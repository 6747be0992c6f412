"""The rules of a configuration, ready to be applied: what they look for in texts, and which fields they mask as a whole."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from otel_bridge_collector.config.regex import Regex, any_of
from otel_bridge_collector.masking.action import Action, Drop
from otel_bridge_collector.masking.finder import Finder
from otel_bridge_collector.masking.path import Paths, Place

_REMEMBERED: Final = 4096
_SHORT: Final = 80
_ESCAPES: Final = ("\\u", "\\/")
"""What a known form may hide behind in JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: as reports call it.
        paths: the fields that it is about; None for all.
        finders: what it looks for there; none for the whole of each field.
        act: what it puts there; None for what each finder has.
    """

    name: str
    paths: Paths | None = None
    finders: Sequence[Finder] = ()
    act: Action | None = None

    def action_of(self, finder: Finder) -> Action:
        """Return what stands for what a finder found."""
        return self.act or (lambda _: finder.mask)

    def whole(self, text: str) -> str:
        """Return what stands for a whole field.

        Raises:
            Drop: nothing does.
        """
        return self.act(text) if self.act else "[masked]"


class Texts:
    """What is looked for in texts at one place."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        pairs = [(rule, finder) for rule in rules for finder in rule.finders]
        self._steps = [(rule.name, finder, rule.action_of(finder)) for rule, finder in pairs]
        self._hint: Regex | None = any_of(finder.hint for _, finder in pairs) if pairs else None
        self._hiding = [step for step in self._steps if step[1].hides]
        self._only_known = all(finder.is_known for _, finder in pairs)
        self._clean: set[str] = set()
        self.looks_at_numbers = any(finder.numbers for _, finder in pairs)

    def may_be_in(self, text: str) -> bool:
        """Tell whether anything may be found in a text; short ones without are remembered, since most come again."""
        if self._hint is None or text in self._clean:
            return False
        if self._hint.search(text.encode("utf-8", "replace")) is not None:
            return True
        if len(text) <= _SHORT:
            self._clean.add(text)
            if len(self._clean) > _REMEMBERED:
                self._clean.clear()
        return False

    def may_be_in_json(self, text: str) -> bool:
        """Tell whether anything may be found in a text that is JSON, once it is read."""
        if self._hint is None:
            return False
        return not self._only_known or self.may_be_in(text) or any(escape in text for escape in _ESCAPES)

    def replace(self, text: str, found: Callable[[str], None]) -> str:
        """Return a text without what was found in it; `found` is told the rule.

        Raises:
            Drop: the value has to go.
        """
        for name, finder, act in self._steps:
            try:
                new = finder.replace(text, act)
            except Drop:
                found(name)
                raise
            if new != text:
                found(name)
                text = new
        return text

    def number(self, text: str, found: Callable[[str], None]) -> str:
        """The same for a whole number."""
        for name, finder, act in self._steps:
            if finder.numbers and (new := finder.replace(text, act)) != text:
                found(name)
                return new
        return text

    def hides(self, key: str) -> tuple[str, Action] | None:
        """Return the rule for which a key tells that everything below it is to be masked, with its action."""
        for name, finder, act in self._hiding:
            if finder.hides and _hides(finder.hides, key):
                return name, act
        return None


@lru_cache(maxsize=_REMEMBERED)
def _hides(hides: Callable[[str], bool], key: str) -> bool:
    return hides(key)


@dataclass(slots=True)
class RuleSet:
    """Rules that are applied together.

    Attributes:
        rules: in their order.
        span_names: whether names of spans and events are masked too.
        fingerprint: 16 hex digits that stand for the rules; keys are no part of it.
        everywhere: what is looked for in all texts.
    """

    rules: Sequence[Rule]
    span_names: bool = False
    fingerprint: str = ""
    everywhere: Texts = field(init=False)
    _scoped: Sequence[Rule] = field(init=False)
    _whole: Sequence[Rule] = field(init=False)
    _texts: dict[tuple[str, ...], Texts] = field(init=False, default_factory=dict[tuple[str, ...], Texts])
    _at: dict[tuple[str, ...], tuple[Rule | None, Texts]] = field(
        init=False, default_factory=dict[tuple[str, ...], tuple[Rule | None, Texts]]
    )

    def __post_init__(self) -> None:
        self.everywhere = Texts([rule for rule in self.rules if rule.paths is None])
        self._scoped = [rule for rule in self.rules if rule.paths and rule.finders]
        self._whole = [rule for rule in self.rules if rule.paths and not rule.finders]

    @property
    def names_fields(self) -> bool:
        """Whether it matters where a value stands."""
        return bool(self._scoped or self._whole)

    def whole_at(self, place: Place) -> Rule | None:
        """Return the first rule that masks the whole of what stands at a place."""
        return self._decided(place)[0]

    def whole_below(self, place: Place) -> Rule | None:
        """Return the first rule that may mask something within what stands at a place."""
        return next((rule for rule in self._whole if rule.paths and rule.paths.may_match_below(place)), None)

    def texts_below(self, place: Place) -> Texts:
        """Return what is looked for in any text within what stands at a place."""
        return self._texts_of(
            [rule for rule in self._scoped if rule.paths and rule.paths.may_match_below(place)]
        )

    def texts_at(self, place: Place) -> Texts:
        """Return what is looked for in texts at a place."""
        return self._decided(place)[1]

    def _decided(self, place: Place) -> tuple[Rule | None, Texts]:
        """Return what holds at a place; most addresses come again, so it is remembered."""
        addresses = place.addresses
        if (decided := self._at.get(addresses)) is None:
            whole = next((rule for rule in self._whole if rule.paths and rule.paths.match(place)), None)
            scoped = [rule for rule in self._scoped if rule.paths and rule.paths.match(place)]
            decided = whole, self._texts_of(scoped)
            if len(self._at) >= _REMEMBERED:
                self._at.clear()
            self._at[addresses] = decided
        return decided

    def _texts_of(self, scoped: Sequence[Rule]) -> Texts:
        if not scoped:
            return self.everywhere
        names = tuple(rule.name for rule in scoped)
        if names not in self._texts:
            self._texts[names] = Texts([rule for rule in self.rules if rule.paths is None or rule in scoped])
        return self._texts[names]


def fingerprint(texts: Sequence[str]) -> str:
    """Return 16 hex digits that stand for some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
