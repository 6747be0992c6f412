"""The trace of a case as scorers see it; at a sidecar in test_evaluate_vectors (49)."""

import asyncio
import json
from typing import Any

import pytest

import otel_bridge
from otel_bridge import LocalTrace
from otel_bridge.api.login import account_of
from otel_bridge.errors import ControlError

pytestmark = pytest.mark.usefixtures("sidecar")


def spans(trace: LocalTrace, **more: Any) -> list[str]:
    return [span["span_attributes"]["name"] for span in asyncio.run(trace.get_spans(**more))]


def test_as_json_it_is_a_reference() -> None:
    trace = LocalTrace(account_of(None, None, None), "experiment_id:e", "r")

    named = {"object_type": "experiment", "object_id": "e", "root_span_id": "r"}
    assert json.loads(json.dumps(trace)) == {"trace_ref": named}
    assert trace.get_configuration() == named


def test_where_nothing_is_sent_only_the_case_itself_is_there() -> None:
    trace = LocalTrace(account_of(None, None, None), "", "r", {"span_attributes": {"name": "eval"}})

    assert spans(trace) == ["eval"]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        pytest.param({}, ["outer", "inner"], id="all"),
        pytest.param({"span_type": ["llm"]}, ["inner"], id="type"),
        pytest.param({"filters": {"name": ["outer"]}}, ["outer"], id="name"),
        pytest.param({"filters": {"has_error": True}}, ["inner"], id="error"),
        pytest.param({"include_scorers": True}, ["outer", "inner", "judge"], id="scorers"),
    ],
)
def test_spans_are_chosen(project: str, chosen: dict[str, Any], names: list[str]) -> None:
    logger = otel_bridge.init_logger(project)
    with logger.start_span("outer") as outer:
        outer.start_span("inner", type="llm", error="e").end()
        outer.start_span("judge", span_attributes={"purpose": "scorer"}).end()

    trace = LocalTrace(logger.account, logger.parent, outer.root_span_id)

    assert spans(trace, **chosen) == names


def test_the_thread_is_what_models_were_told_and_said(project: str) -> None:
    logger = otel_bridge.init_logger(project)
    asked, said = {"role": "user", "content": "hi"}, {"role": "assistant", "content": "one"}
    with logger.start_span("outer") as outer:
        outer.start_span("first", type="llm", input=[asked], output=[said]).end()
        outer.start_span("second", type="llm", input=[asked, said], output="two").end()
        outer.start_span("judge", type="llm", input="rate it", span_attributes={"purpose": "scorer"}).end()

    trace = LocalTrace(logger.account, logger.parent, outer.root_span_id)

    assert asyncio.run(trace.get_thread()) == [asked, said, {"role": "assistant", "content": "two"}]


def test_a_preprocessor_is_asked_at_the_server(project: str) -> None:
    logger = otel_bridge.init_logger(project)
    trace = LocalTrace(logger.account, logger.parent, "r")

    with pytest.raises(ControlError, match='there is no preprocessor "mine"'):
        asyncio.run(trace.get_thread({"preprocessor": "mine"}))


def test_other_filters_are_refused() -> None:
    with pytest.raises(ValueError, match="filters are"):
        spans(LocalTrace(account_of(None, None, None), "", "r"), filters={"zzz": 1})
