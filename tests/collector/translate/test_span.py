"""Spans to writes; the documented examples of spec/translation.md section 12."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.translate import CONVENTIONS, span_writes, translate, writes_of
from otel_bridge_collector.translate import span as span_module
from otel_bridge_collector.translate.span import claiming
from tests.support.conventions import cases
from tests.support.otlp import START_NS, make_event, make_span


def test_a_span_writes_its_row_and_one_for_each_event() -> None:
    span = make_span({"braintrust.parent": "project_name:shop"}, events=[make_event("a"), make_event("b")])

    writes = span_writes(span)

    assert [write.row.get("id") for write in writes] == [
        span.span_id,
        f"{span.span_id}-e0",
        f"{span.span_id}-e1",
    ]
    assert {write.parent for write in writes} == {"project_name:shop"}
    assert {write.fact for write in writes} == {None}


def test_a_span_without_a_parent_of_its_own_takes_that_of_the_request() -> None:
    assert span_writes(make_span())[0].parent is None


def test_a_span_that_only_announces_another_writes_nothing() -> None:
    pending = make_span({"logfire.span_type": "pending_span"}, events=[make_event("a")])

    assert span_writes(pending) == []


def test_the_first_convention_wins() -> None:
    names = [convention.NAME for convention in CONVENTIONS]

    assert names[0] == "braintrust"
    assert names[-1] == "plain"
    assert len(set(names)) == len(names)


def test_t1_a_root_without_annotations_is_a_task_with_its_attributes_in_metadata() -> None:
    attributes: dict[str, Json] = {"client": "openai", "braintrust.parent": "project_name:java-unit-test"}
    row = translate(make_span(attributes))

    assert (row.get("span_attributes") or {})["type"] == "task"
    assert row.get("metadata") == attributes
    assert set(row.get("metrics") or {}) == {"start", "end"}
    assert "input" not in row
    assert "output" not in row


def test_t2_a_child_has_the_fields_of_its_json_attributes() -> None:
    row = translate(
        make_span(
            {
                "braintrust.span_attributes": '{"type":"task"}',
                "braintrust.input_json": '{"text":"hello"}',
                "braintrust.output_json": '{"result":"5"}',
                "braintrust.org": "acme",
            },
            name="task",
            parent="aa" * 8,
        )
    )

    assert (row.get("input"), row.get("output")) == ({"text": "hello"}, {"result": "5"})
    assert row.get("span_attributes") == {"name": "task", "type": "task"}
    assert row.get("metadata") == {"braintrust.org": "acme"}


def test_t3_a_call_unites_its_objects_with_what_the_span_says() -> None:
    row = translate(
        make_span(
            {
                "braintrust.span_attributes": '{"type":"llm"}',
                "braintrust.metadata": '{"model":"m","temperature":0.0}',
                "braintrust.metrics": '{"tokens":7}',
                "client": "openai",
            }
        )
    )

    assert row.get("metadata") == {"client": "openai", "model": "m", "temperature": 0}
    assert row.get("metrics") == {"start": START_NS / 10**9, "end": 1772766230.702499, "tokens": 7}


def test_t5_flattened_prompts_are_a_call() -> None:
    row = translate(
        make_span(
            {
                "gen_ai.prompt.0.role": "system",
                "gen_ai.prompt.0.content": "be brief",
                "gen_ai.prompt.1.role": "user",
                "gen_ai.prompt.1.content": "hi",
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": "ho",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.request.temperature": 0.5,
                "gen_ai.usage.prompt_tokens": 10,
                "gen_ai.usage.completion_tokens": 30,
            }
        )
    )
    metrics = row.get("metrics") or {}

    assert row.get("input") == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert row.get("metadata") == {"model": "gpt-4o-mini", "temperature": 0.5}
    assert (metrics["prompt_tokens"], metrics["completion_tokens"], metrics["tokens"]) == (10, 30, 40)
    assert (row.get("span_attributes") or {})["type"] == "llm"


def test_t6_prompts_in_json() -> None:
    messages: Json = [{"role": "user", "content": "hi"}]
    answers: Json = [{"role": "assistant", "content": "ho"}]
    row = translate(
        make_span({"gen_ai.prompt_json": json.dumps(messages), "gen_ai.completion_json": json.dumps(answers)})
    )

    assert (row.get("input"), row.get("output")) == (messages, answers)


def test_t7_flattened_attributes_of_braintrust() -> None:
    row = translate(
        make_span(
            {
                "braintrust.input.0.role": "user",
                "braintrust.input.0.content": "hi",
                "braintrust.metadata.model": "m",
                "braintrust.metadata.country": "AU",
                "braintrust.metrics.prompt_tokens": 3,
            }
        )
    )

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("metadata") == {"model": "m", "country": "AU"}
    assert (row.get("metrics") or {})["prompt_tokens"] == 3


def test_t8_json_attributes_of_braintrust() -> None:
    row = translate(
        make_span(
            {
                "braintrust.input_json": '"q"',
                "braintrust.output_json": '"a"',
                "braintrust.expected_json": '"e"',
                "braintrust.scores": '{"accuracy":1.0,"relevance":0.95}',
            }
        )
    )

    assert (row.get("input"), row.get("output"), row.get("expected")) == ("q", "a", "e")
    assert row.get("scores") == {"accuracy": 1.0, "relevance": 0.95}


@pytest.mark.parametrize("value", ["{oops", 5])
def test_t9_an_input_that_is_no_json_stays_in_metadata(value: Json) -> None:
    row = translate(make_span({"braintrust.input_json": value}))

    assert "input" not in row
    assert row.get("metadata") == {"braintrust.input_json": value}


def test_t10_a_model_is_named_without_its_provider() -> None:
    assert translate(make_span({"gen_ai.request.model": "openai/gpt-4o"})).get("metadata") == {
        "model": "gpt-4o"
    }


def test_t11_a_tool_s_name_makes_a_tool() -> None:
    row = translate(make_span({"gen_ai.tool.name": "x"}))

    assert (row.get("span_attributes") or {})["type"] == "tool"
    assert row.get("metadata") == {"tools": [{"type": "function", "function": {"name": "x"}}]}


def test_t12_an_agent_s_tools_are_functions() -> None:
    row = translate(make_span({"gen_ai.agent.tools": '["a","b"]'}))

    assert row.get("metadata") == {
        "tools": [
            {"type": "function", "function": {"name": "a"}},
            {"type": "function", "function": {"name": "b"}},
        ]
    }


def test_t13_events_win_over_messages_and_are_rows_too() -> None:
    span = make_span(
        {"gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"other"}]}]'},
        events=[
            make_event("gen_ai.user.message", {"content": "hi"}),
            make_event("gen_ai.choice", {"message": '{"content":"ho"}'}),
        ],
    )
    row, *logs = (write.row for write in span_writes(span))

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert [(log.get("span_attributes") or {})["type"] for log in logs] == ["log", "log"]


def test_t14_a_total_that_was_given_is_taken() -> None:
    usage: dict[str, Json] = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 30}
    given = translate(make_span({**usage, "gen_ai.usage.total_tokens": 45}))

    assert (translate(make_span(usage)).get("metrics") or {})["tokens"] == 40
    assert (given.get("metrics") or {})["tokens"] == 45


def test_t15_preserved_attributes_stay_in_metadata() -> None:
    row = translate(make_span({"gen_ai.prompt": "hi", "braintrust.otel.preserve_attributes": True}))

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert (row.get("metadata") or {})["gen_ai.prompt"] == "hi"


def test_t16_a_call_of_a_tool_is_a_function() -> None:
    part: Json = {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}
    row = translate(make_span({"gen_ai.output.messages": [{"role": "assistant", "parts": [part]}]}))
    function: Json = {"name": "f", "arguments": '{"a":1}'}

    assert row.get("output") == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
    ]


def test_who_claims_a_span_is_remembered_as_each_convention_says() -> None:
    recorded = [span for case in cases() for span in protobuf.spans(otlp_json.parse_traces(case.traces()))]

    for span in recorded * 2:
        assert list(claiming(span)) == [each for each in CONVENTIONS if each.claims(span)]


@pytest.mark.parametrize(
    ("attribute", "value", "convention"),
    [
        pytest.param("telemetry.sdk.name", "openlit", "openlit", id="openlit"),
        pytest.param("gen_ai.operation.name", "vector_db_retrieve", "openllmetry", id="openllmetry"),
    ],
)
def test_a_claim_by_a_value_is_asked_of_each_span(attribute: str, value: str, convention: str) -> None:
    others = [each.NAME for each in claiming(make_span({attribute: "else"}))]

    own = [each.NAME for each in claiming(make_span({attribute: value}))]

    assert convention not in others
    assert convention in own


def test_what_is_remembered_of_names_is_bounded() -> None:
    many = {f"a{index}": 1 for index in range(300)}
    remembered = span_module._claiming.cache_info

    span_module._claiming.cache_clear()  # others may have filled it
    claimed = [each.NAME for each in claiming(make_span({"braintrust.input": "1", **many}))]
    events = [make_event("e") for _ in range(300)]
    claiming(make_span({"braintrust.output": "1", "not seen": 1}, events=events))

    assert claimed == ["braintrust"]
    assert remembered().currsize == 1  # many events of one name are one name


def test_who_claims_a_span_with_very_long_names_is_not_remembered() -> None:
    span = make_span({"braintrust." + "x" * 10_000: "1"})

    assert [each.NAME for each in claiming(span)] == ["braintrust"]


def test_several_spans_write_together_what_each_writes_alone() -> None:
    recorded = [span for case in cases() for span in protobuf.spans(otlp_json.parse_traces(case.traces()))]
    pending = make_span({"logfire.span_type": "pending_span"})

    together = writes_of([pending, *recorded, pending])

    assert together == [span_writes(span) for span in (pending, *recorded, pending)]
    assert writes_of([]) == []
