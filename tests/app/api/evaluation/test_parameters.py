"""What a schema makes of parameters."""

from typing import Any

import pydantic
import pytest

from otel_bridge.api.evaluation.parameters import checked_parameters
from otel_bridge.api.prompts import Prompt


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
        pytest.param({"x": {"type": "prompt"}}, {}, id="prompt"),
    ],
)
def test_what_is_required_is_said(schema: Any, chosen: Any) -> None:
    with pytest.raises(ValueError, match="Invalid parameter 'x': Parameter 'x' is required"):
        checked_parameters(schema, chosen)


GREETING: dict[str, Any] = {
    "prompt": {"type": "chat", "messages": [{"role": "user", "content": "Hello {{who}}"}]},
    "options": {"model": "m"},
}


@pytest.mark.parametrize(
    ("schema", "chosen", "name"),
    [
        pytest.param({"type": "prompt", "default": GREETING}, {}, "x", id="default"),
        pytest.param({"type": "prompt", "name": "greeting"}, {"x": GREETING}, "greeting", id="chosen"),
    ],
)
def test_a_prompt_can_be_built(schema: Any, chosen: Any, name: str) -> None:
    found = checked_parameters({"x": schema}, chosen)

    assert found is not None
    assert found["x"].name == name
    assert found["x"].build(who="you")["messages"] == [{"role": "user", "content": "Hello you"}]


def test_a_saved_prompt_is_a_prompt() -> None:
    saved = Prompt.from_prompt_data("p", GREETING)

    assert checked_parameters({"x": {"type": "prompt", "default": saved}}) == {"x": saved}


def test_a_text_is_no_prompt() -> None:
    with pytest.raises(ValueError, match="Invalid parameter 'x': prompt value must be an object"):
        checked_parameters({"x": {"type": "prompt"}}, {"x": "Hello"})
