"""Checks of the fields that a user gives, with Braintrust's own messages.

Source: `braintrust` 0.47.0 SDK, `logger._validate_and_sanitize_experiment_log_partial_args` and
`_log_feedback_impl`, measured (spec/translation.md sections 1.5 and 1.7). On purpose we differ in two: a score that is
NaN, which Braintrust stores as the text `NaN`, is refused as any other outside of 0 to 1, and so is an id that names
no row.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from otel_bridge.contract.kinds import MAPPINGS, NUMBERS

_TEXT: Final = frozenset({str})
_NUMBER: Final = frozenset({int, float, bool})
"""Exact types: most dictionaries have no others, which is seen without a step for each key."""

FEEDBACK_SOURCES: Final = ["app", "api", "external"]


def check_scores(scores: object) -> dict[str, float | None]:
    """Return `scores` with booleans as 1 and 0; None stays.

    Raises:
        ValueError: not a dictionary, a name that is no string, or a value that is no number from 0 to 1.
    """
    if not isinstance(scores, MAPPINGS):
        raise ValueError("scores must be a dictionary of names with scores")  # noqa: TRY004 - Braintrust's type
    return {
        _score_name(name): _score(value) for name, value in cast("Mapping[object, object]", scores).items()
    }


def check_metrics(metrics: object) -> dict[str, float]:
    """Return `metrics`, as a new dictionary where it is none; booleans are numbers here, as at Braintrust.

    Raises:
        ValueError: not a dictionary, a name that is no string, or a value that is no number.
    """
    given: Any = metrics
    kind: Any = type(metrics)
    if kind is dict and _TEXT.issuperset(map(type, given)) and _NUMBER.issuperset(map(type, given.values())):
        plain: dict[str, float] = given
        return plain
    if not isinstance(metrics, MAPPINGS):
        raise ValueError("metrics must be a dictionary")  # noqa: TRY004 - Braintrust's type
    checked: dict[str, float] = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise ValueError("metric keys must be strings")  # noqa: TRY004 - Braintrust's type
        if not isinstance(value, NUMBERS):
            raise ValueError("metric values must be numbers")  # noqa: TRY004 - Braintrust's type
        checked[name] = value
    return checked


def check_tags(tags: object) -> list[str]:
    """Return `tags` as a new list.

    Raises:
        ValueError: not a list, set or tuple, a tag that is no string, or one that comes twice.
    """
    if not isinstance(tags, list | set | tuple):
        raise ValueError("tags must be a list, set, or tuple of strings")  # noqa: TRY004 - Braintrust's type
    checked: list[str] = []
    for tag in cast("list[object]", tags):
        if not isinstance(tag, str):
            raise ValueError("tags must be strings")  # noqa: TRY004 - Braintrust's type
        if tag in checked:
            raise ValueError(f"duplicate tag: {tag}")
        checked.append(tag)
    return checked


def check_metadata(metadata: object) -> dict[str, object]:
    """Return `metadata`, as a new dictionary where it is none; its values are looked at by nobody here.

    Raises:
        ValueError: not a dictionary, or a key that is no string.
    """
    given: Any = metadata
    kind: Any = type(metadata)
    if kind is dict and _TEXT.issuperset(map(type, given)):
        plain: dict[str, object] = given
        return plain
    return _string_keys(
        metadata,
        not_mapping="metadata must be a dictionary or serialize to a dictionary",
        bad_key="metadata keys must be strings",
    )


def check_span_attributes(span_attributes: object) -> dict[str, object]:
    """Return `span_attributes` as a new dictionary.

    Raises:
        ValueError: not a dictionary, or a key that is no string.
    """
    return _string_keys(
        span_attributes,
        not_mapping="span_attributes must be a dictionary",
        bad_key="span_attributes keys must be strings",
    )


def check_row_id(row_id: object) -> str:
    """Return `row_id`, the id of a row that something is said of.

    Raises:
        ValueError: not a string, or an empty one, which is the id of the span that is current where none is.
    """
    if not isinstance(row_id, str) or not row_id:
        raise ValueError("id must be the id of a row, a non-empty string: span.id, or what log() returned")
    return row_id


def check_feedback_source(source: str | None) -> str:
    """Return the source of a feedback, `external` where none is given.

    Raises:
        ValueError: `source` is not one of `FEEDBACK_SOURCES`.
    """
    if source is None:
        return "external"
    if source not in FEEDBACK_SOURCES:
        raise ValueError(f"source must be one of {FEEDBACK_SOURCES}")
    return source


def check_feedback_given(*fields: object) -> None:
    """Check that a feedback says anything.

    Raises:
        ValueError: every one of scores, expected, tags and comment is None.
    """
    if all(field is None for field in fields):
        raise ValueError("At least one of scores, expected, tags, or comment must be specified")


def _score_name(name: object) -> str:
    if not isinstance(name, str):
        raise ValueError("score names must be strings")  # noqa: TRY004 - Braintrust's type
    return name


def _score(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, NUMBERS):
        raise ValueError("score values must be numbers")  # noqa: TRY004 - Braintrust's type
    if not 0 <= value <= 1:  # also NaN, which is neither below nor above
        raise ValueError("score values must be between 0 and 1")
    return value


def _string_keys(value: object, *, not_mapping: str, bad_key: str) -> dict[str, object]:
    if not isinstance(value, MAPPINGS):
        raise ValueError(not_mapping)  # noqa: TRY004 - Braintrust's type
    checked: dict[str, object] = {}
    given: Any = value  # pyright: ignore[reportUnknownVariableType]  # `cast` is a call
    for key, item in given.items():
        if not isinstance(key, str):
            raise ValueError(bad_key)  # noqa: TRY004 - Braintrust's type
        checked[key] = item
    return checked
