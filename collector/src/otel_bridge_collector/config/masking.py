"""Masking: what of everything that comes in, or of what goes to a destination, nobody is to see. It masks nothing itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from otel_bridge_collector.config.regex import RegexText
from otel_bridge_collector.config.section import Section

Pattern: TypeAlias = Literal["secrets", "emails", "card_numbers", "phone_numbers"]

_WHOLE: Final = frozenset(
    {"metadata", "metrics", "scores", "context", "span_attributes", "tags", "origin", "comment"}
)
_IDS: Final = frozenset({
    "id", "span_id", "root_span_id", "span_parents", "project_id", "experiment_id", "dataset_id", "org_id",
    "log_id", "created", "prompt_session_id", "_xact_id",
})  # fmt: skip

_MIN_KEY: Final = 16


def _check_path(path: str) -> str:
    if path in _WHOLE:
        raise ValueError(f"{path} is kept as an object or list: name what is in it, for example {path}.*")
    if path in _IDS:
        raise ValueError("ids and times are what rows are found by, and are never masked")
    return path


MaskPath: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[^\s.\[\]][^\s]*$"), AfterValidator(_check_path)
]


class MaskingRule(Section):
    """What is masked, and what stands instead."""

    fields: tuple[MaskPath, ...] = ()
    """Paths of fields or attributes, for example `input`, `metadata.user.email`, `output[*].content`, `http.request.header.*` or `**.email`. With patterns or regexes too, only what they find there is masked."""
    patterns: tuple[Pattern, ...] = ()
    """Known forms."""
    regexes: tuple[RegexText, ...] = ()
    """Forms of your own, as RE2 reads them."""
    action: Literal["replace", "hash", "pseudonym", "drop"] = "replace"
    """`replace` puts a text there, `hash` a SHA-256, `pseudonym` a keyed HMAC, and `drop` takes the whole value out."""
    replacement: str | None = None
    """The text of `replace`; by default it names what was found, like `[email]`."""
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = "id"
    """How pseudonyms begin, for example `user`."""
    key: SecretStr | None = None
    """The key of `pseudonym`, at least 16 characters; give it as `${env:NAME}`."""
    key_file: Path | None = None
    """A file with the key instead; spaces and line ends around it do not count."""
    key_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]*$")] = ""
    """Stands in each pseudonym, so that it can be told by which key it was made when keys change."""


class MaskingProcessor(Section):
    """Masks values. In a pipeline with the store it does so at the door, to all that comes in, before anything is kept; in another, on the way to its exporters."""

    type: Literal["masking"]
    rules: Annotated[tuple[MaskingRule, ...], Field(min_length=1)]
    """Those for whole fields come first, then those that look into texts; of each kind in this order."""
    span_names: bool = False
    """Whether the names of spans and events are masked too."""


def rule_faults(rule: MaskingRule) -> Iterator[str]:
    """Say what in a rule does not fit together; never what a key is."""
    if not (rule.fields or rule.patterns or rule.regexes):
        yield "it masks nothing: name fields, patterns or regexes"
    if rule.replacement is not None and rule.action != "replace":
        yield f"replacement is for the action replace, not {rule.action}"
    keys = [key for key in (rule.key, rule.key_file) if key is not None]
    if rule.action == "pseudonym" and len(keys) != 1:
        yield "a pseudonym needs one key: write key: ${env:NAME}, or key_file"
    if rule.action != "pseudonym" and keys:
        yield f"a key is for the action pseudonym, not {rule.action}"
    if rule.key is not None and len(rule.key.get_secret_value()) < _MIN_KEY:
        yield f"the key has less than {_MIN_KEY} characters, so it can be guessed"
