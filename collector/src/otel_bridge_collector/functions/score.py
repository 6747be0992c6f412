"""What a scorer gave, as scores by name. Pure.

Source: `braintrust` 0.47.0, `framework`, measured (spec/evaluate.md section 1.4): a number from 0 to 1, a boolean, null for no
score, an object with `score` and perhaps a `name`, or a list of objects with both.
"""

import math
from collections.abc import Mapping

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.piece import FunctionError


def scores_in(value: Json, name: str) -> dict[str, float | None]:
    """Return the scores; `name` is that of one that says none itself.

    Raises:
        FunctionError: it is no score, or one that is not from 0 to 1.
    """
    if isinstance(value, list):
        return {each: score for item in value for each, score in _named(item).items()}
    if isinstance(value, Mapping):
        if "score" not in value:
            raise FunctionError(f"{name} gave an object without a score")
        said = value.get("name")
        return {said if isinstance(said, str) and said else name: _number(value["score"], name)}
    return {name: _number(value, name)}


def _named(item: Json) -> dict[str, float | None]:
    name = item.get("name") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or not name:
        raise FunctionError("a score in a list of scores has no name")
    return scores_in(item, name)


def _number(value: Json, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1:
        return float(value)
    raise FunctionError(f"{name} gave something else than a score from 0 to 1")
