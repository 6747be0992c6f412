"""Spans of Claude Code."""

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import claude_code
from tests.support.otlp import make_event, make_span

SCOPE = "com.anthropic.claude_code.tracing"


def row_of(kind: str, **attributes: Json) -> Row:
    return translate(make_span({"span.type": kind, **attributes}, scope=SCOPE))


def metrics_of(row: Row) -> dict[str, float]:
    return {name: value for name, value in (row.get("metrics") or {}).items() if name not in ("start", "end")}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("llm_request", "llm"),
        ("tool", "tool"),
        ("interaction", "task"),
        ("tool.execution", "task"),
        ("", "task"),
    ],
)
def test_the_kind_of_a_span_is_its_type(kind: str, expected: str) -> None:
    row = row_of(kind)

    assert (row.get("span_attributes") or {})["type"] == expected
    assert row.get("metadata") == {"span.type": kind}


def test_the_input_is_counted_with_its_cache() -> None:
    row = row_of(
        "llm_request",
        input_tokens=2,
        output_tokens=1200,
        cache_read_tokens=84562,
        cache_creation_tokens=7096,
        ttft_ms=350,
    )

    assert metrics_of(row) == {
        "prompt_tokens": 91660,
        "completion_tokens": 1200,
        "tokens": 92860,
        "prompt_cached_tokens": 84562,
        "prompt_cache_creation_tokens": 7096,
        "time_to_first_token": 0.35,
    }


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param(
            {"new_context": "[USER]\nhi", "new_context_message_count": 1},
            [{"role": "user", "content": "hi"}],
            id="of a user",
        ),
        pytest.param(
            {"new_context": "[TOOL RESULT: t1]\n{}", "new_context_message_count": 1},
            [{"role": "tool", "tool_call_id": "t1", "content": "{}"}],
            id="of a tool",
        ),
        pytest.param(
            {"new_context": "hi", "new_context_message_count": 1},
            [{"role": "user", "content": "hi"}],
            id="without a heading",
        ),
        pytest.param(
            {"new_context": "[USER]\nhi\n[USER]\nho", "new_context_message_count": 2},
            [{"role": "user", "content": "[USER]\nhi\n[USER]\nho"}],
            id="several in one text",
        ),
        pytest.param({"new_context": "<REDACTED>"}, None, id="redacted"),
    ],
)
def test_the_new_message_is_the_input_of_a_request(attributes: dict[str, Json], expected: Json) -> None:
    assert row_of("llm_request", **attributes).get("input") == expected


def test_what_a_tool_was_given_and_gave_stands_behind_headings() -> None:
    row = row_of(
        "tool", tool_input='[TOOL INPUT: Bash]\n{"command": "ls"}', new_context="[TOOL RESULT: Bash]\n5"
    )

    assert row.get("input") == {"command": "ls"}
    assert row.get("output") == "5"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"bash_command": "ls", "output": "a"}, "a"),
        ({"content": "a", "file_path": "f"}, {"content": "a", "file_path": "f"}),
    ],
)
def test_the_event_of_a_tool_is_its_output(told: dict[str, Json], expected: Json) -> None:
    span = make_span(
        {"span.type": "tool", "tool_input": "{}"},
        scope=SCOPE,
        events=[make_event("tool.output", told), make_event("a")],
    )

    row = translate(span)

    assert row.get("output") == expected
    assert row.get("input") == {}


def test_the_prompt_of_an_interaction_is_told_once() -> None:
    row = row_of("interaction", user_prompt="hi", new_context="[USER PROMPT]\nhi")

    assert row.get("input") == "hi"
    assert row.get("metadata") == {"span.type": "interaction"}
    assert "input" not in row_of("interaction", user_prompt="<REDACTED>")
    assert (row_of("interaction", user_prompt="hi", new_context="ho").get("metadata") or {})[
        "new_context"
    ] == "ho"


def test_model_tools_and_session_have_the_names_of_a_row() -> None:
    attributes: dict[str, Json] = {
        "session.id": "s",
        "user.id": "u",
        "tools": '[{"name": "Bash", "hash": "h"}]',
    }

    assert row_of("llm_request", model="anthropic/m", **attributes).get("metadata") == {
        "span.type": "llm_request",
        "model": "m",
        "tools": [{"type": "function", "function": {"name": "Bash", "hash": "h"}}],
        "session_id": "s",
        "user_id": "u",
    }


def test_other_spans_are_not_claimed() -> None:
    assert not claude_code.claims(make_span({"span.type": "tool"}))
