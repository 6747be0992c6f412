"""What a scorer or classifier returned, as scores or classifications.

Source: `braintrust` 0.47.0 SDK, `framework._normalize_score`, measured (spec/evaluate.md sections 1.4 and 1.5).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from otel_bridge.api.evaluation.score import Classification, Score, ScoreLike, check_score, is_score

_OF_DICT: Final = "When returning a dict, it must be a valid Score object."
_OF_CLASSIFIER: Final = (
    "When returning structured classifier results, each classification must be a valid Classification object."
)
_OF_LIST: Final = "When returning an array of scores, each score must be a valid Score object."


def scores_of(returned: Any, name: str) -> list[ScoreLike]:
    """Return the scores that a scorer of that name returned.

    Raises:
        ValueError: one is not from 0 to 1, or a dictionary or list holds something else than scores.
        TypeError: it is no score at all.
    """
    if isinstance(returned, Mapping):
        given = cast("Mapping[str, Any]", returned)
        named = {"name": name, **given} if "score" in given else given
        return [_score(named, _OF_DICT)]
    if _is_list(returned):
        return [_score(each, _OF_LIST) for each in returned]
    if is_score(returned):
        return [_score(returned, "")]
    return [Score(name=name, score=returned)]


def classifications_of(returned: Any, name: str) -> list[Classification]:
    """Return the classifications that a classifier of that name returned; None gives none.

    Raises:
        ValueError: one is no classification.
    """
    if returned is None:
        return []
    items = list(cast("Iterable[Any]", returned)) if _is_list(returned) else [returned]
    return [_classification(each, name) for each in items]


def grouped(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return what belongs to each name: the one, or a list of several."""
    found: dict[str, list[Any]] = {}
    for name, value in items:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _score(given: Any, complaint: str) -> ScoreLike:
    if is_score(given):
        check_score(given.score)
        return given
    told: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    if "name" not in told:
        raise ValueError(f"{complaint} Got: {given}")
    return Score(name=told["name"], score=told.get("score"), metadata=told.get("metadata") or {})


def _classification(given: Any, name: str) -> Classification:
    told = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else _told_by(given)
    if "id" not in told:
        raise ValueError(f"{_OF_CLASSIFIER} Got: {given}")
    return Classification(
        id=told["id"],
        name=told.get("name") or name,
        label=told.get("label"),
        metadata=told.get("metadata"),
    )


def _told_by(given: Any) -> Mapping[str, Any]:
    """What an object says that may be a classification of another library."""
    if not all(hasattr(given, field) for field in ("id", "metadata", "as_dict")):
        return {}
    return {field: getattr(given, field, None) for field in ("id", "name", "label", "metadata")}


def _is_list(returned: Any) -> bool:
    return isinstance(returned, Iterable) and not isinstance(returned, str | bytes | Mapping)
