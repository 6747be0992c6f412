"""What can be found in texts: the known forms, and expressions of users. It replaces nothing by itself.

A known form has a hint beside it, an expression that is found wherever the form may be, also in JSON text around it: most texts
have nothing of the kind, and RE2 tells so in a microsecond or two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from otel_bridge.contract.sensitive import (
    is_secret_key,
    replace_cards,
    replace_emails,
    replace_phones,
    replace_secrets,
)
from otel_bridge_collector.config.masking import Pattern
from otel_bridge_collector.config.regex import compile_regex

Shown: TypeAlias = Callable[[str], str]
"""Takes what was found and returns what stands instead."""

_TELLING: Final = (
    r"passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential"
    r"|authorization|cookie"
)
_APART: Final = r"[^A-Za-z0-9\"\\]{0,3}"
_TELLING_KEY: Final = "|".join(
    (
        rf"pass{_APART}(?:word|wd|phrase)|pwd|(?:api|access|secret|private){_APART}key",
        r"secret|token|authorization|cookie|credentials?|pin|cvv|cvc|ssn",
    )
)
"""How a key ends that `is_secret_key` knows, in quotes."""

_SECRET_HINT: Final = "|".join(
    (
        r"A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)[A-Z0-9]{16}",
        r"gh[pousr]_|github_pat_|glpat-|sk-[A-Za-z0-9_-]{16}|bt-st-|[rs]k_(?:live|test)_|whsec_",
        r"xox[abeoprs]-|xapp-|AIza|ya29\.|hf_[A-Za-z0-9]{20}|gsk_[A-Za-z0-9]{20}|xai-|pplx-|npm_|pypi-|SG\.",
        r"dapi[0-9a-f]{32}|dop_v1_|eyJ|PRIVATE KEY-----",
        rf"(?i:{_TELLING})\\*[\"']?(?:[ \t]|\\+t)*[:=]",
        rf"(?i:(?:{_TELLING_KEY}){_APART}\\*[\"'](?:\s|\\+[tnr])*:)",
        r"(?i:bearer|basic)(?:[ \t]|\\+t)",
        r"://[^/@ ]*@",
    )
)
_CARD_HINT: Final = r"\pN(?:[ \x{a0}.-]?\pN){12}"
_PHONE_HINT: Final = r"\pN(?:[ \x{a0}./()-]{0,3}\pN){8}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Finds one kind of thing.

    Attributes:
        name: what it finds, as a report calls it.
        replace: returns a text with what a function makes of each thing that is found.
        hint: the source of an RE2 expression that is found in each text where something may be.
        mask: what stands instead, unless a rule says otherwise.
        hides: tells of a key whether everything below it is such a thing.
        numbers: whether whole numbers are looked at too.
        is_known: whether it is one of the known forms, whose hint is found in JSON text too.
    """

    name: str
    replace: Callable[[str, Shown], str]
    hint: str
    mask: str = "[masked]"
    hides: Callable[[str], bool] | None = None
    numbers: bool = False
    is_known: bool = True


KNOWN: Final[Mapping[Pattern, Finder]] = {
    "secrets": Finder(
        name="secrets", replace=replace_secrets, hint=_SECRET_HINT, mask="[secret]", hides=is_secret_key
    ),
    "emails": Finder(name="emails", replace=replace_emails, hint="@|%40", mask="[email]"),
    "card_numbers": Finder(
        name="card_numbers", replace=replace_cards, hint=_CARD_HINT, mask="[card]", numbers=True
    ),
    "phone_numbers": Finder(name="phone_numbers", replace=replace_phones, hint=_PHONE_HINT, mask="[phone]"),
}
"""The known forms by their names in the configuration."""


def regex_finder(pattern: str, name: str) -> Finder:
    """Return what finds a user's expression.

    Raises:
        ValueError: it is none.
    """
    regex = compile_regex(pattern)
    return Finder(
        name=name,
        replace=lambda text, shown: regex.sub(lambda found: shown(found[0]), text),
        hint=pattern,
        numbers=True,
        is_known=False,
    )
