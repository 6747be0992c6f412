"""Braintrust's own attributes."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import braintrust
from tests.support.otlp import SPAN_ID, make_span


def row_of(**attributes: Json) -> Row:
    """Translate `braintrust.*` attributes, written without the prefix and with `__` for a dot."""
    return translate(
        make_span({f"braintrust.{key.replace('__', '.')}": value for key, value in attributes.items()})
    )


def test_json_text_becomes_content() -> None:
    row = row_of(input_json='{"q":1}', output_json="[]", expected_json="null")

    assert (row.get("input"), row.get("output"), row.get("expected")) == ({"q": 1}, [], None)
    assert "expected" in row
    assert "metadata" not in row


@pytest.mark.parametrize("value", ["{oops", 5, True])
def test_what_is_no_json_text_stays_in_metadata(value: Json) -> None:
    row = row_of(input_json=value)

    assert "input" not in row
    assert row.get("metadata") == {"braintrust.input_json": value}


def test_the_plain_form_is_text_or_json() -> None:
    row = row_of(input="What?", output='{"a":1}', expected=5)

    assert (row.get("input"), row.get("output"), row.get("expected")) == ("What?", {"a": 1}, 5)


def test_the_json_form_wins_over_the_plain_form() -> None:
    row = row_of(input="plain", input_json='"json"')

    assert row.get("input") == "json"
    assert row.get("metadata") == {"braintrust.input": "plain"}


def test_flattened_messages_become_a_list() -> None:
    row = row_of(
        input__0__role="user", input__0__content="hi", output__0__role="assistant", output__0__content="ho"
    )

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert "metadata" not in row


def test_flattened_keys_lie_over_the_object() -> None:
    row = row_of(metadata='{"model":"a","user":{"id":1}}', metadata__model="b", metadata__user__plan="pro")

    assert row.get("metadata") == {"model": "b", "user": {"id": 1, "plan": "pro"}}


def test_a_flattened_value_may_be_json_text() -> None:
    assert row_of(metadata__tools='[{"type":"x"}]').get("metadata") == {"tools": [{"type": "x"}]}


def test_a_dot_in_the_name_of_a_metric_or_score_is_part_of_it() -> None:
    row = row_of(metrics__latency__p95=1.5, scores__bleu__l=0.5)

    assert (row.get("metrics") or {})["latency.p95"] == 1.5
    assert row.get("scores") == {"bleu.l": 0.5}


def test_metrics_are_finite_numbers() -> None:
    row = row_of(metrics=json.dumps({"tokens": 14, "cached": True, "note": "fast", "odd": float("nan")}))
    metrics = row.get("metrics") or {}

    assert {name: metrics[name] for name in metrics if name not in ("start", "end")} == {
        "tokens": 14,
        "cached": 1,
    }
    assert row.get("metadata") == {"braintrust.metrics.note": "fast", "braintrust.metrics.odd": "NaN"}


def test_scores_are_numbers_from_0_to_1_or_null() -> None:
    row = row_of(scores='{"a":1.0,"b":null,"c":true,"d":1.5,"e":"good"}')

    assert row.get("scores") == {"a": 1.0, "b": None, "c": 1}
    assert row.get("metadata") == {"braintrust.scores.d": 1.5, "braintrust.scores.e": "good"}


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"span_attributes": '{"type":"tool","name":"lookup","purpose":"scorer"}'}, id="object"),
        pytest.param(
            {
                "span_attributes__type": "tool",
                "span_attributes__name": "lookup",
                "span_attributes__purpose": "scorer",
            },
            id="flattened",
        ),
    ],
)
def test_name_and_type_of_the_span_can_be_given(attributes: dict[str, Json]) -> None:
    assert row_of(**attributes).get("span_attributes") == {
        "name": "lookup",
        "type": "tool",
        "purpose": "scorer",
    }


def test_a_type_that_is_no_text_stays_in_metadata() -> None:
    row = row_of(span_attributes='{"type":5}')

    assert row.get("span_attributes") == {"name": "work", "type": "task"}
    assert row.get("metadata") == {"braintrust.span_attributes.type": 5}


def test_tags_are_a_list_of_texts() -> None:
    assert row_of(tags=["a", "b"]).get("tags") == ["a", "b"]


@pytest.mark.parametrize("tags", ['["a"]', [1], "a"])
def test_other_tags_stay_in_metadata(tags: Json) -> None:
    row = row_of(tags=tags)

    assert "tags" not in row
    assert row.get("metadata") == {"braintrust.tags": tags}


def test_context_lies_over_what_the_span_says() -> None:
    row = row_of(context_json='{"caller_lineno":3,"otel":{"kind":"MINE"}}')

    assert row.get("context") == {
        "caller_lineno": 3,
        "otel": {"kind": "MINE"},
        "span_origin": {"name": "opentelemetry"},
    }


def test_other_fields_are_json_text() -> None:
    origin: Json = {"object_type": "dataset", "object_id": "d", "id": "r"}
    row = row_of(origin=json.dumps(origin), facets='{"a":1}', classifications="[1]", error_json='{"code":5}')

    assert row.get("origin") == origin
    assert (row.get("facets"), row.get("classifications"), row.get("error")) == ({"a": 1}, [1], {"code": 5})


def test_an_origin_that_is_no_object_stays_in_metadata() -> None:
    assert row_of(origin="dataset").get("metadata") == {"braintrust.origin": "dataset"}


def test_a_row_may_have_an_id_of_its_own() -> None:
    row = row_of(row_id="mine")

    assert (row.get("id"), row.get("span_id")) == ("mine", SPAN_ID)
    assert row_of(row_id="").get("id") == SPAN_ID


def test_fields_that_braintrust_does_not_name_keep_their_name() -> None:
    row = translate(make_span({"braintrust.event.ticket": '{"n":1}'}))

    assert dict(row)["ticket"] == {"n": 1}


@pytest.mark.parametrize("field", ["span_id", "_is_merge", "project_id"])
def test_a_field_of_the_row_itself_cannot_come_that_way(field: str) -> None:
    row = translate(make_span({f"braintrust.event.{field}": '"x"'}))

    assert row.get("metadata") == {f"braintrust.event.{field}": '"x"'}


def test_a_span_may_say_when_its_row_was_created() -> None:
    row = translate(make_span({"braintrust.event.created": '"2020-01-02T03:04:05.678Z"'}))

    assert row.get("created") == "2020-01-02T03:04:05.678Z"
    assert "metadata" not in row


@pytest.mark.parametrize("told", ['"yesterday"', "1577934245", "null", "text"])
def test_what_is_no_time_is_not_when_a_row_was_created(told: str) -> None:
    row = translate(make_span({"braintrust.event.created": told}))

    assert row.get("created") == translate(make_span({})).get("created")
    assert row.get("metadata") == {"braintrust.event.created": told}


def test_a_field_that_a_mask_left_nothing_of_is_none() -> None:
    named = ("metadata", "scores", "metrics", "span_attributes", "context_json")

    row = translate(make_span({f"braintrust.{name}": "null" for name in named}))

    assert row == translate(make_span({}))


def test_routing_stays_in_metadata() -> None:
    attributes: dict[str, Json] = {"braintrust.parent": "project_name:shop", "braintrust.org": "acme"}

    assert translate(make_span(attributes)).get("metadata") == attributes


@pytest.mark.parametrize("flag", [True, "true"])
def test_attributes_that_were_read_can_be_preserved(flag: Json) -> None:
    row = row_of(output_json='"x"', otel__preserve_attributes=flag)

    assert row.get("output") == "x"
    assert (row.get("metadata") or {})["braintrust.output_json"] == '"x"'


def test_other_spans_are_not_claimed() -> None:
    assert not braintrust.claims(make_span({"gen_ai.system": "openai"}))


def test_empty_objects_and_lists_say_nothing() -> None:
    row = row_of(metadata="{}", scores="{}", tags=[])

    assert not {"metadata", "scores", "tags"} & set(row)


def test_a_list_where_an_object_belongs_stays_in_metadata() -> None:
    assert row_of(metadata__0="a").get("metadata") == {"braintrust.metadata.0": "a"}
