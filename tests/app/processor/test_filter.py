"""Which spans leave when only AI spans are wanted (V87, but routing attributes do not count)."""

import pytest

from otel_bridge.processor.filter import keeps
from tests.support.spans import ended_span


@pytest.mark.parametrize(
    ("name", "attributes", "kept"),
    [
        pytest.param("root", {}, False, id="a plain span"),
        pytest.param("gen_ai.x", {}, True, id="a name"),
        pytest.param("a", {"llm.z": 1}, True, id="an attribute"),
        pytest.param("a", {"traceloop.entity": "x"}, True, id="another convention"),
        pytest.param("a", {"db.system": "x"}, False, id="a database"),
        pytest.param("a", {"braintrust.parent": "project_name:p"}, False, id="routing"),
        pytest.param("a", {"braintrust.input_json": "1"}, True, id="a field"),
    ],
)
def test_ai_spans_are_kept(name: str, attributes: dict[str, object], *, kept: bool) -> None:
    assert keeps(ended_span(name, attributes=attributes), ai_only=True) is kept


def test_every_span_is_kept_where_nothing_else_is_wanted() -> None:
    assert keeps(ended_span("db"), ai_only=False)


@pytest.mark.parametrize(
    ("decision", "kept"),
    [
        pytest.param(True, True, id="keep"),
        pytest.param(False, False, id="drop"),
        pytest.param(None, True, id="undecided"),
    ],
)
def test_the_filter_of_the_app_is_asked_first(*, decision: bool | None, kept: bool) -> None:
    assert keeps(ended_span("gen_ai.x"), ai_only=True, custom=lambda _: decision) is kept


def test_a_filter_that_raises_decides_nothing() -> None:
    def broken(_: object) -> bool:
        raise RuntimeError("x")

    assert keeps(ended_span(), ai_only=False, custom=broken)
