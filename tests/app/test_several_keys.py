"""Several projects and API keys in one process."""

import gc

import pytest
from opentelemetry.trace import get_tracer_provider

import otel_bridge
from otel_bridge import state
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver, attributes


def keys_and_names(receiver: OtlpReceiver) -> set[tuple[str, str]]:
    """The key of each request with the names of the spans that came by it."""
    otel_bridge.flush()
    return {
        (headers.get("authorization", ""), span.name)
        for (_, headers), spans in zip(receiver.requests, receiver.spans_by_request, strict=True)
        for span in spans
    }


def test_s47_spans_of_two_keys_leave_apart(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")
    other = otel_bridge.init_logger(project="q", api_key="b", set_current=False, tracer_provider=app.provider)

    with app.logger.start_span("ours"), app.tracer.start_as_current_span("library"):
        pass
    with other.start_span("theirs"), app.tracer.start_as_current_span("their library"):
        other.log_feedback("r", scores={"s": 1})

    assert keys_and_names(receiver) == {
        ("Bearer a", "ours"),
        ("Bearer a", "library"),
        ("Bearer b", "theirs"),
        ("Bearer b", "their library"),
    }
    feedback = [headers for path, headers in receiver.requests if path == "/v1/logs"]
    assert [headers["authorization"] for headers in feedback] == ["Bearer b"]


def test_a_child_in_another_logger_leaves_with_its_key(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")
    other = otel_bridge.init_logger(project="q", api_key="b", set_current=False, tracer_provider=app.provider)

    with app.logger.start_span("outer") as outer, other.start_span("inner"), outer.start_span("back"):
        pass

    assert keys_and_names(receiver) == {("Bearer a", "outer"), ("Bearer b", "inner"), ("Bearer a", "back")}


def test_a_logger_without_a_key_has_that_of_the_environment(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINTRUST_API_KEY", "e")
    app = App(receiver, api_key="a")
    app.logger.start_span("with a key").end()

    without = otel_bridge.init_logger(project="q", tracer_provider=app.provider)
    without.start_span("without").end()
    app.tracer.start_span("library in the current logger").end()

    assert keys_and_names(receiver) == {
        ("Bearer a", "with a key"),
        ("Bearer e", "without"),
        ("Bearer e", "library in the current logger"),
    }


def test_a_span_of_two_keys_is_not_kept_when_it_is_over(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")
    other = otel_bridge.init_logger(project="q", api_key="b", tracer_provider=app.provider)

    other.start_span("theirs").end()
    otel_bridge.flush()
    gc.collect()

    assert len(state.process.routes) == 0


def test_r18_each_project_gets_its_own_spans(receiver: OtlpReceiver) -> None:
    app = App(receiver)
    other = otel_bridge.init_logger(project="q", set_current=False, tracer_provider=app.provider)

    app.logger.start_span("in p").end()
    other.start_span("in q").end()
    otel_bridge.flush()

    parents = {span.name: attributes(span)["braintrust.parent"] for span in receiver.raw_spans}
    assert parents == {"in p": "project_name:p", "in q": "project_name:q"}
    assert len(receiver.raw_spans) == 2


def test_s48_a_logger_for_each_request_adds_nothing(receiver: OtlpReceiver) -> None:
    app = App(receiver)
    before = len(state.process.pipelines)

    for _ in range(100):
        otel_bridge.init_logger(project="p", tracer_provider=app.provider)

    assert len(state.process.pipelines) == before
    assert get_tracer_provider() is not app.provider
