"""Where the values of a row come from."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.provenance import Cell, Explanation, explain
from tests.support.otlp import SPAN_ID, make_span

CALL: dict[str, Json] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.response.model": "gpt-4o",
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"why?"}]}]',
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.usage.output_tokens": 7,
    "traceloop.entity.input": '{"other":1}',
    "http.route": "/chat",
}


def cell(explanation: Explanation, field: str, key: str | None = None) -> Cell:
    (found,) = (each for each in explanation.cells if (each.field, each.key) == (field, key))
    return found


def of(**attributes: Json) -> Explanation:
    return explain(make_span({**CALL, **attributes}), [])


def test_a_field_names_its_convention_and_its_attribute() -> None:
    found = cell(of(), "input")

    assert (found.rule, found.attributes) == ("gen_ai", ("gen_ai.input.messages",))
    assert found.value == [{"role": "user", "content": "why?"}]


def test_a_key_names_its_convention_and_its_attribute() -> None:
    assert cell(of(), "metadata", "model") == Cell(
        "metadata", "model", "gpt-4o", "gen_ai", ("gen_ai.response.model",)
    )


def test_a_sum_names_its_convention_and_no_attribute() -> None:
    assert cell(of(), "metrics", "tokens") == Cell("metrics", "tokens", 12, "gen_ai", ())


def test_what_nobody_used_is_left_over() -> None:
    assert cell(of(), "metadata", "http.route") == Cell(
        "metadata", "http.route", "/chat", "left over", ("http.route",)
    )


def test_what_every_span_has_comes_from_the_span() -> None:
    explanation = of()

    assert {cell(explanation, "id").rule, cell(explanation, "span_attributes", "name").rule} == {"span"}


def test_a_type_that_only_content_suggests_names_its_convention() -> None:
    attributes: dict[str, Json] = {"gen_ai.request.model": "m", "gen_ai.prompt": "why?"}

    assert cell(explain(make_span(attributes), []), "span_attributes", "type").rule == "gen_ai"


def test_a_tag_is_a_key_without_a_value() -> None:
    explanation = explain(make_span({"braintrust.tags": ["a"]}), [])

    assert cell(explanation, "tags", "a") == Cell("tags", "a", None, "braintrust", ("braintrust.tags",))


def test_a_reading_that_lost_is_told_with_its_value() -> None:
    passed = [(each.field, each.rule, each.attributes) for each in of().passed_over]

    assert ("input", "openllmetry", ("traceloop.entity.input",)) in passed


def fact(span_id: str = SPAN_ID, **fields: Json) -> RowWrite:
    return RowWrite(row={"id": span_id, "_is_merge": True, **fields}, fact="usage-rollup")  # type: ignore[typeddict-item] # any field


def test_what_a_fact_changed_names_the_fact() -> None:
    explanation = explain(make_span(CALL), [fact(span_attributes={"usage_is_rollup": True})])

    assert cell(explanation, "span_attributes", "usage_is_rollup").rule == "fact usage-rollup"
    assert cell(explanation, "span_attributes", "type").rule == "gen_ai"
    assert explanation.row["span_attributes"] == {"name": "work", "type": "llm", "usage_is_rollup": True}


def test_a_fact_that_knows_the_row_by_the_span_s_id_reaches_a_row_with_another() -> None:
    span = make_span({"braintrust.row_id": "r"})

    explanation = explain(span, [fact(output="late")])

    assert cell(explanation, "output") == Cell("output", None, "late", "fact usage-rollup", ())
    assert cell(explanation, "id").rule == "braintrust"


def test_without_facts_the_row_is_that_of_translation() -> None:
    span: Span = make_span(CALL)

    assert explain(span, []).row == translate(span)
