"""The rows of a call."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.decode.native import check_rows
from otel_bridge_collector.functions.answer import Answer
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.rows import Place, Trace, metrics_of

IDS = {"project_id": "p", "log_id": "g"}
PARENT = SpanComponents(
    object_type=ObjectType.PROJECT_LOGS, object_id="p", row_id="row", span_id="s" * 16, root_span_id="r" * 32,
    propagated_event={"span_attributes": {"purpose": "scorer"}, "metadata": {"from": "above"}},
)  # fmt: skip
GREET = Definition(name="Greet", slug="greet", id="i", version="7", project_id="p")


def trace(definition: Definition = GREET, under: SpanComponents | None = PARENT) -> Trace:
    numbers = count(1)
    times: Iterator[float] = iter(range(1_700_000_000, 1_700_000_100))
    return Trace(
        definition, Call(input={"x": 1}, metadata={"m": 1}, tags=["t"]), Place(ids=IDS, under=under),
        new_id=lambda size: f"{next(numbers):0{2 * size}x}", now_s=lambda: float(next(times)),
    )  # fmt: skip


def test_a_call_of_a_model_hangs_under_the_function_and_that_under_the_parent() -> None:
    called = trace()
    span = called.begin_model({"model": "asked", "messages": ["hi"], "temperature": 0})
    called.end_model(
        span,
        Answer(
            text="yes",
            finish_reason="stop",
            usage={"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
            model="answered",
        ),
    )
    called.function.output = "yes"

    function, model = called.rows()

    assert isinstance(function, dict)
    assert isinstance(model, dict)
    assert (function["span_parents"], function["root_span_id"]) == (["s" * 16], "r" * 32)
    assert (model["span_parents"], model["root_span_id"]) == ([function["span_id"]], "r" * 32)
    assert (function["input"], function["output"], function["tags"]) == ({"x": 1}, "yes", ["t"])
    assert function["metadata"] == {
        "from": "above", "m": 1, "function": {"id": "i", "slug": "greet", "project_id": "p", "version": "7"},
    }  # fmt: skip
    assert model["input"] == ["hi"]
    assert model["metadata"]["model"] == "answered"
    assert model["metadata"]["prompt"]["variables"] == {"x": 1}
    assert model["metrics"] == {
        "start": 1_700_000_001.0, "end": 1_700_000_002.0, "prompt_tokens": 5, "completion_tokens": 2, "tokens": 7,
    }  # fmt: skip
    assert function["span_attributes"] == {"purpose": "scorer", "name": "Greet", "type": "function"}
    assert model["span_attributes"] == {"purpose": "scorer", "name": "Chat Completion", "type": "llm"}


def test_the_rows_are_rows_that_are_taken() -> None:
    called = trace()
    called.begin_model({"model": "m", "messages": []})

    assert not check_rows(called.rows()).refused


def test_without_a_span_above_it_is_a_root() -> None:
    (function,) = trace(under=None).rows()

    assert isinstance(function, dict)
    assert function["span_parents"] is None
    assert len(str(function["root_span_id"])) == 32


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        pytest.param("scorer", {"type": "score", "purpose": "scorer"}, id="a scorer"),
        pytest.param("tool", {"type": "tool"}, id="a tool"),
        pytest.param(None, {"type": "function"}, id="nothing said"),
    ],
)
def test_the_type_of_the_span_is_that_of_the_function(kind: str | None, attributes: dict[str, Any]) -> None:
    (function,) = trace(Definition(name="f", function_type=kind), under=None).rows()

    assert isinstance(function, dict)
    assert function["span_attributes"] == {"name": "f", **attributes}


def test_what_failed_says_so() -> None:
    called = trace()
    called.begin_model({"messages": []}).error = "away"
    called.function.error = "it failed"

    assert [each["error"] for each in called.rows() if isinstance(each, dict)] == ["it failed", "away"]


def test_token_counts_have_the_names_of_rows() -> None:
    usage: dict[str, Any] = {
        "prompt_tokens": 5,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 3},
    }

    assert metrics_of(usage) == {
        "prompt_tokens": 5, "completion_tokens": 2, "tokens": 7, "prompt_cached_tokens": 3,
    }  # fmt: skip
