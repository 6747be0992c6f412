"""The maskers that a setting can name: those that need no argument and no model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from otel_bridge.masking.patterns import card_numbers, emails, phone_numbers, secrets
from otel_bridge.masking.rules import MaskRules, rules_of
from otel_bridge.masking.text import Masker, combine
from otel_bridge.settings import MaskName

MASKERS: Final[Mapping[MaskName, Callable[[], Masker]]] = {
    "secrets": secrets,
    "emails": emails,
    "card_numbers": card_numbers,
    "phone_numbers": phone_numbers,
}


def with_named(rules: MaskRules | None, named: Sequence[MaskName]) -> MaskRules | None:
    """Return rules that let what `rules` return pass the named maskers, in that order; None where there is neither.

    They reach as far as `rules` do.
    """
    if not named:
        return rules
    maskers = [MASKERS[name]() for name in named]
    if rules is None:
        return rules_of(maskers[0] if len(maskers) == 1 else combine(*maskers))
    both = rules_of(combine(rules.function, *maskers))
    return replace(rules, function=both.function, fingerprint=both.fingerprint, wants=both.wants)
