"""What a schema makes of parameters."""

from typing import Any

import pydantic
import pytest

from otel_bridge.api.evaluation.parameters import checked_parameters


class Temperature(pydantic.BaseModel):
    value: float = 0.5


class Options(pydantic.BaseModel):
    a: int
    b: int = 2


def test_values_that_are_no_schema_pass() -> None:
    assert checked_parameters({"a": 1}) == {"a": 1}
    assert checked_parameters(None) is None


def test_defaults_and_choices() -> None:
    schema: dict[str, Any] = {
        "model": {"type": "model", "default": "m"}, "temperature": Temperature, "options": Options, "any": None,
    }  # fmt: skip

    found = checked_parameters(schema, {"options": {"a": 1}, "any": [1]})
    assert found == {"model": "m", "temperature": 0.5, "options": Options(a=1), "any": [1]}
    chosen = checked_parameters(schema, {"model": "n", "temperature": 1, "options": {"a": 1}})
    assert chosen is not None
    assert (chosen["model"], chosen["temperature"], chosen["any"]) == ("n", 1, None)


@pytest.mark.parametrize(
    ("schema", "chosen"),
    [
        pytest.param({"x": {"type": "model"}}, {}, id="model"),
        pytest.param({"x": Options}, {}, id="pydantic"),
    ],
)
def test_what_is_required_is_said(schema: Any, chosen: Any) -> None:
    with pytest.raises(ValueError, match="Invalid parameter 'x': Parameter 'x' is required"):
        checked_parameters(schema, chosen)


def test_prompts_are_not_offered_yet() -> None:
    with pytest.raises(ValueError, match="prompts cannot be loaded"):
        checked_parameters({"x": {"type": "prompt", "default": {}}})
