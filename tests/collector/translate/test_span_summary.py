"""A span and its row, in short."""

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import SpanSummary, summary_of, translate
from otel_bridge_collector.translate.span_summary import has_usage
from tests.support.otlp import make_span


def summarized(span: Span) -> SpanSummary:
    return summary_of(span, translate(span))


def test_a_span_names_the_parent_of_its_row_itself() -> None:
    assert summarized(make_span({"braintrust.parent": "project_name:shop"})).parent == "project_name:shop"


def test_a_span_that_names_none_has_none() -> None:
    assert summarized(make_span({})).parent is None


def test_a_call_has_its_models_and_its_answer() -> None:
    told = summarized(
        make_span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m",
                "gen_ai.response.model": "m-1",
                "gen_ai.response.id": "r",
            }
        )
    )

    assert (told.is_call, told.models, told.response_id) == (True, frozenset({"m", "m-1"}), "r")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(Row(metrics={"prompt_tokens": 1}), True, id="tokens"),
        pytest.param(Row(metrics={"estimated_cost": 0.1}), True, id="cost"),
        pytest.param(Row(metrics={"prompt_tokens": 0, "start": 1.0}), False, id="zeros"),
        pytest.param(Row(metrics=None), False, id="nothing"),
    ],
)
def test_usage_is_tokens_or_their_cost(row: Row, expected: bool) -> None:  # noqa: FBT001
    assert has_usage(row) is expected
