"""The row of a call."""

from typing import Any

import pytest

from otel_bridge.contract.parent import parse_parent
from otel_bridge.contract.row import Json
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.proxy.call import read_call
from otel_bridge_collector.proxy.output import Output
from otel_bridge_collector.proxy.row import begun_row, ended_row, token_counts

IDS = {"project_id": "p", "log_id": "g"}
MESSAGES = [{"role": "user", "content": "hi"}]


def begun(parent: str = "project_id:p", operation: Any = "chat/completions", **asked: Any) -> dict[str, Any]:
    call = read_call(operation, asked, b"", {"x-bt-parent": parent})
    assert call.logged is not None
    return begun_row(call, call.logged, IDS, "s" * 16, "t" * 32)


def test_what_is_asked_is_input_and_the_rest_metadata() -> None:
    row = begun(model="m", messages=MESSAGES, temperature=0)

    assert row == {
        **IDS,
        "id": "s" * 16,
        "span_id": "s" * 16,
        "root_span_id": "t" * 32,
        "span_parents": None,
        "span_attributes": {"name": "Chat Completion", "type": "llm"},
        "input": MESSAGES,
        "metadata": {"model": "m", "temperature": 0},
    }


@pytest.mark.parametrize(
    ("operation", "name"),
    [("completions", "Completion"), ("responses", "Response"), ("embeddings", "Embedding"), ("moderations", "Moderation")],
)  # fmt: skip
def test_each_operation_has_a_name(operation: str, name: str) -> None:
    assert begun(operation=operation, input="hi")["span_attributes"]["name"] == name


def test_a_call_under_an_exported_span_is_its_child_and_takes_over_what_it_hands_on() -> None:
    slug = SpanComponents(
        object_type=ObjectType.PROJECT_LOGS, object_id="p", row_id="r",
        span_id="0" * 15 + "1", root_span_id="0" * 31 + "2",
        propagated_event={"span_attributes": {"purpose": "scorer"}, "tags": ["a"]},
    )  # fmt: skip
    row = begun(parent=slug.encode(), model="m")

    assert parse_parent(slug.encode()).span is not None
    assert (row["root_span_id"], row["span_parents"]) == ("0" * 31 + "2", ["0" * 15 + "1"])
    assert row["span_attributes"] == {"name": "Chat Completion", "type": "llm", "purpose": "scorer"}
    assert row["tags"] == ["a"]


def test_the_end_has_what_was_said_by_whom_and_when() -> None:
    output = Output(value=[1], usage={"prompt_tokens": 5, "completion_tokens": 2}, model="m-1")
    metrics = {"start": 1.5, "end": 2.0, **token_counts(output)}

    row = ended_row(begun(model="m"), output, metrics, endpoint="openai", error="late")

    assert (row["output"], row["error"], row["created"]) == ([1], "late", "1970-01-01T00:00:01.500000+00:00")
    assert row["metadata"] == {"model": "m-1", "endpoint": "openai"}
    assert row["metrics"] == {
        "start": 1.5, "end": 2.0, "prompt_tokens": 5, "completion_tokens": 2, "tokens": 7,
    }  # fmt: skip


def test_tokens_of_a_response_are_counted_alike() -> None:
    usage: dict[str, Json] = {
        "input_tokens": 5,
        "output_tokens": 2,
        "total_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 1},
    }

    assert token_counts(Output(usage=usage)) == {
        "prompt_tokens": 5, "completion_tokens": 2, "tokens": 7, "completion_reasoning_tokens": 1,
    }  # fmt: skip
