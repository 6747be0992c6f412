"""Charts of a dashboard: from JSON and back, and what is wrong with one."""

from datetime import timedelta

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.syntax import Logical
from otel_bridge_collector.ui.custom_chart import MEASURES, CustomChart, fault_of, read_charts
from tests.support.rows import Asking

PRESENT = parse_expression("error IS NULL")
GOLD = parse_expression("metadata.plan = 'gold'")
WHOLE = CustomChart(
    title="Cost", measure="sum(estimated_cost())", filter="error IS NULL", by="metadata.model"
)


def test_a_chart_is_the_same_from_json_again() -> None:
    assert read_charts([WHOLE.as_json(), {"measure": "count(1)"}]) == [WHOLE, CustomChart(measure="count(1)")]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"measures": "count(1)"}, "measure may be meant", id="misspelt"),
        pytest.param({"measure": 1}, "measure is no text", id="number"),
        pytest.param({"measure": "x" * 5_000}, "more than 4,000 characters", id="long"),
        pytest.param(["count(1)"], "is no chart", id="list"),
        pytest.param(None, "is no chart", id="null"),
    ],
)
def test_what_is_no_chart_is_told(value: Json, said: str) -> None:
    (found,) = read_charts([value])

    assert isinstance(found, str)
    assert said in found


def test_what_is_no_list_has_no_charts() -> None:
    assert read_charts({"measure": "count(1)"}) == ["charts is no list"]


@pytest.mark.parametrize("measure", [*MEASURES, "count(1) / 2", "avg(scores.Factuality)"])
def test_an_aggregate_is_a_measure(example: Asking, measure: str) -> None:
    chart = CustomChart(measure=measure, filter="error IS NULL", by="metadata.model")

    assert fault_of(chart, example.project_id, ObjectCatalog(example.objects)) is None


@pytest.mark.parametrize(
    ("chart", "field", "place"),
    [
        pytest.param(CustomChart(), "measure", None, id="no-measure"),
        pytest.param(CustomChart(measure="count("), "measure", 7, id="no-expression"),
        pytest.param(CustomChart(measure="countt(1)"), "measure", 1, id="no-function"),
        pytest.param(CustomChart(measure="1 + 1"), "measure", 1, id="no-aggregate"),
        pytest.param(CustomChart(measure="count(1) + metrics.a"), "measure", 12, id="not-in-an-aggregate"),
        pytest.param(CustomChart(measure="count(1)", filter="a >"), "filter", 4, id="no-filter"),
        pytest.param(CustomChart(measure="count(1)", filter="count(1) > 1"), "filter", 1, id="aggregate-in-filter"),
        pytest.param(CustomChart(measure="count(1)", by="1 + 1"), "by", None, id="no-field"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_field_and_its_place(
    example: Asking, chart: CustomChart, field: str, place: int | None
) -> None:
    fault = fault_of(chart, example.project_id, ObjectCatalog(example.objects))

    assert fault
    position = fault.said.get("position")
    assert fault.field == field
    assert (position["column"] if isinstance(position, dict) else None) == place


def test_a_chart_looks_at_rows_that_meet_its_filter_and_that_of_the_page() -> None:
    query = WHOLE.query("p", None, timedelta(minutes=5))
    narrowed = WHOLE.query("p", GOLD, timedelta(minutes=5))

    assert (query.filter, narrowed.filter) == (PRESENT, Logical(operator="and", terms=(GOLD, PRESENT)))


@pytest.mark.parametrize(
    ("measure", "unit"),
    [
        ("percentile(duration, 0.95)", "seconds"),
        ("max(metrics.duration)", "seconds"),
        ("avg(metrics.time_to_first_token)", "seconds"),
        ("sum(estimated_cost())", "dollars"),
        ("count(metrics.duration)", "number"),
        ("avg(metrics.tokens)", "number"),
    ],
)
def test_numbers_have_the_unit_of_what_is_measured(measure: str, unit: str) -> None:
    assert CustomChart(measure=measure).unit() == unit
