"""Light spans of our own provider: where there are any, and that what is sent is the same as with spans of the SDK."""

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

import otel_bridge
from otel_bridge import init_logger, set_masking_function, start_span, traced
from otel_bridge.attributes.to_json import json_bytes
from otel_bridge.contract import names
from otel_bridge.processor.light import LightSpan, light_spans
from otel_bridge.processor.writing import WritingSpanExporter
from tests.support.otlp_receiver import OtlpReceiver, attributes

ELSEWHERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def otel_span_of(span: Any) -> Any:
    return span._otel_span  # the handle shows no OTel span


def light_span(**event: Any) -> LightSpan:
    init_logger("p")
    found = otel_span_of(start_span("a", **event))
    assert isinstance(found, LightSpan)
    return found


@traced
def add(a: int, b: int = 2) -> int:
    return a + b


@traced
def spread(*values: int, **named: int) -> list[int]:
    return [*values, *named.values()]


@traced
def count(to: int) -> Iterator[int]:
    yield from range(to)


@traced
async def wait(number: int) -> int:
    await asyncio.sleep(0)
    return add(number)


def nested() -> None:
    with start_span("outer", tags=["t"], propagated_event={"metadata": {"user": "ü"}}) as outer:
        with start_span("inner", type="tool", input={"q": (1, 2.5, float("nan"))}):
            add(1)
        outer.start_span("aside", id="own").end()
        outer.log(metadata={"a": {"b": 1}}, metrics={"start": 1, "n": 2}, scores={"s": 0.5})
        outer.log(metadata={"a": {"c": 2}}, tags=["u"], surplus=[1])


def model_call() -> None:
    messages = [{"role": "user", "content": "héllo \ud800"}]
    with start_span("m", type="llm", input=messages) as span:
        span.log(output=[{"role": "assistant", "content": "yes"}], metrics={"prompt_tokens": 3, "end": 12.5})
        span.set_attributes(name="renamed", span_attributes={"purpose": "x"})


def calls() -> None:
    add(1)
    add(a=1, b=3)
    spread(1, 2, x=3)
    list(count(3))
    with pytest.raises(TypeError):
        add()  # type: ignore[call-arg]  # what a wrong call leaves


def failures() -> None:
    with pytest.raises(KeyError), start_span("raises", error="logged"):
        raise KeyError("k")
    start_span("says", error={"code": 1}).end()


def in_tasks() -> None:
    async def together() -> None:
        for number in range(3):
            await asyncio.gather(wait(number))

    asyncio.run(together())


def in_threads() -> None:
    for number in range(3):
        thread = threading.Thread(target=add, args=(number,))
        thread.start()
        thread.join()


def parents() -> None:
    with start_span("first") as first:
        slug = first.export()
        headers = first.inject()
    start_span("by slug", parent=slug).end()
    start_span("by headers", parent={**headers, "tracestate": "a=b"}).end()
    start_span("remote", parent={"traceparent": ELSEWHERE, "tracestate": "v=1"}).end()
    start_span("unsampled", parent={"traceparent": UNSAMPLED}).end()


def by_opentelemetry() -> None:
    with start_span("ours", input=1) as ours:
        span = otel_span_of(ours)
        span.set_attribute("x", [1, 2])
        span.add_event("happened", {"y": 1})
        span.add_link(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1)), {"z": True})
        span.set_status(StatusCode.OK)
    other = otel_bridge.tracer_provider().get_tracer("others")
    with other.start_as_current_span("theirs", links=[Link(span.get_span_context())]), start_span("below"):
        pass


def ended_otherwise() -> None:
    span = start_span("others end it", input=1)
    otel_span_of(span).end()
    span.end()
    start_span("unfinished", input=1).abandon()  # type: ignore[attr-defined]  # as the end of the process does


def changed_after() -> None:
    question: dict[str, Any] = {"q": ["as logged"], "flat": 1}
    flat = {"a": 1}
    with start_span("changed", input=question, output=flat):
        question["q"].append("later")
        flat["a"] = 2


def sent(receiver: OtlpReceiver, make: Callable[[], None]) -> list[bytes]:
    """What `make` sends, span by span, with ids in the order in which they came up, and without times."""
    otel_bridge.state.process.spans_started = itertools.count(1)
    before = len(receiver.raw_spans)
    make()
    otel_bridge.flush()
    found = receiver.raw_spans[before:]
    ids: dict[bytes, bytes] = {b"": b""}
    for span in found:
        for each in (span.trace_id, span.span_id, span.parent_span_id):
            ids.setdefault(each, str(len(ids)).encode())
    return [_comparable(span, ids) for span in found]


def _comparable(span: SpanMessage, ids: dict[bytes, bytes]) -> bytes:
    copy = SpanMessage()
    copy.CopyFrom(span)
    copy.trace_id, copy.span_id, copy.parent_span_id = (
        ids[each] for each in (span.trace_id, span.span_id, span.parent_span_id)
    )
    copy.ClearField("start_time_unix_nano")
    if copy.end_time_unix_nano != 12_500_000_000:
        copy.ClearField("end_time_unix_nano")
    for link in copy.links:
        link.trace_id = link.span_id = b""
    for event in copy.events:
        event.ClearField("time_unix_nano")
        for pair in event.attributes:
            if pair.key == names.EXCEPTION_STACKTRACE:
                pair.ClearField("value")
    return copy.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(nested, id="nested"),
        pytest.param(model_call, id="model call"),
        pytest.param(calls, id="calls and generators"),
        pytest.param(failures, id="exceptions and errors"),
        pytest.param(in_tasks, id="tasks"),
        pytest.param(in_threads, id="threads"),
        pytest.param(parents, id="slugs and headers"),
        pytest.param(by_opentelemetry, id="attributes, events and links"),
        pytest.param(ended_otherwise, id="ended otherwise"),
        pytest.param(changed_after, id="values that change"),
    ],
)
@pytest.mark.parametrize("masking", [pytest.param(None, id="plain"), pytest.param(str.upper, id="masked")])
def test_what_is_sent_is_the_same_to_the_byte_as_with_spans_of_the_sdk(
    receiver: OtlpReceiver, make: Callable[[], None], masking: Any
) -> None:
    set_masking_function(masking and (lambda value: masking(value) if isinstance(value, str) else value))
    bridge = init_logger("p").bridge
    light = sent(receiver, make)
    bridge.light_below = None
    plain = sent(receiver, make)

    assert light
    assert light == plain


@pytest.mark.usefixtures("receiver")
def test_a_span_of_our_own_provider_is_light() -> None:
    assert isinstance(otel_span_of(init_logger("p").start_span("a")), LightSpan)


@pytest.mark.usefixtures("receiver")
def test_a_span_of_the_provider_of_an_app_is_not() -> None:
    logger = init_logger("p", tracer_provider=TracerProvider(shutdown_on_exit=False))

    assert not isinstance(otel_span_of(logger.start_span("a")), LightSpan)


@pytest.mark.usefixtures("receiver")
def test_another_processor_sees_spans_of_the_sdk_from_then_on() -> None:
    logger = init_logger("p")
    otel_bridge.tracer_provider().add_span_processor(SpanProcessor())  # type: ignore[attr-defined]  # of the SDK

    assert not isinstance(otel_span_of(logger.start_span("a")), LightSpan)


def test_a_processor_that_comes_while_a_span_is_open_sees_its_row(receiver: OtlpReceiver) -> None:
    seen: list[ReadableSpan] = []

    class Looking(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            seen.append(span)

    span = init_logger("p").start_span("a", input=1)
    otel_bridge.tracer_provider().add_span_processor(Looking())  # type: ignore[attr-defined]  # of the SDK
    span.end()
    otel_bridge.flush()

    assert (seen[0].attributes or {})[names.INPUT_JSON] == "1"
    assert attributes(receiver.raw_spans[0])[names.INPUT_JSON] == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("OTEL_TRACES_SAMPLER", "always_off", id="sampler"),
        pytest.param("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1000", id="length"),
        pytest.param("OTEL_SDK_DISABLED", "true", id="disabled"),
        pytest.param("OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", "true", id="metrics of the SDK"),
    ],
)
@pytest.mark.usefixtures("receiver")
def test_there_are_none_where_the_sdk_is_told_to_do_otherwise(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    assert init_logger("p").bridge.light is None


def test_there_are_none_where_the_spans_of_the_sdk_consist_of_other_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    monkeypatch.setattr("otel_bridge.processor.light._KNOWN", frozenset({"_name"}))

    assert light_spans(tracer) is None


def test_where_all_processors_are_masked_the_row_is_written_masked(receiver: OtlpReceiver) -> None:
    init_logger("p")
    span = start_span("a", input="secret")
    set_masking_function(lambda _: "X", mask_all_processors=True)
    span.end()
    otel_bridge.flush()

    assert attributes(receiver.raw_spans[0])[names.INPUT_JSON] == '"X"'


@pytest.mark.usefixtures("receiver")
def test_it_tells_what_a_span_of_the_sdk_tells() -> None:
    span = light_span()
    plain = (
        TracerProvider(resource=span.resource, shutdown_on_exit=False)
        .get_tracer("otel_bridge")
        .start_span("a")
    )

    assert isinstance(span, Span)
    assert isinstance(plain, Span)
    assert all(hasattr(span, part) for part in vars(plain))
    assert (span.kind, span.status.status_code, span.end_time) == (plain.kind, plain.status.status_code, None)
    assert (tuple(span.events), tuple(span.links), span.parent) == ((), (), None)
    assert dict(span.attributes or {}) == {names.PARENT: "project_name:p"}
    assert span.is_recording()
    assert '"name": "a"' in span.to_json()


@pytest.mark.usefixtures("receiver")
def test_its_attributes_cannot_be_changed_after_its_end(caplog: pytest.LogCaptureFixture) -> None:
    init_logger("p")
    handle = start_span("a")
    span = otel_span_of(handle)
    span.set_attribute("x", 1)
    handle.end()
    span.set_attribute("x", 2)

    assert span.attributes["x"] == 1
    assert "Setting attribute on ended span" in caplog.text


@pytest.mark.usefixtures("receiver")
def test_a_second_end_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    init_logger("p")
    handle = start_span("a")
    handle.end()
    otel_span_of(handle).end()

    assert "Calling end() on an ended span" in caplog.text


def test_a_row_that_cannot_be_written_costs_no_other(
    receiver: OtlpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> Any:
        raise ValueError("secret")

    init_logger("p")
    bad = start_span("bad", input=1)
    otel_span = otel_span_of(bad)
    assert otel_span.end_late(1, fails, 1, 0)
    start_span("good", input=1).end()
    with caplog.at_level(logging.WARNING):
        otel_bridge.flush()

    assert [span.name for span in receiver.raw_spans] == ["bad", "good"]
    assert "a span is sent without what was logged to it: ValueError" in caplog.text


def test_a_span_is_written_anew_each_time_it_is_exported() -> None:
    class Kept:
        def export(self, spans: Any) -> Any:
            self.spans = spans

    span = light_span(input={"q": 1})
    inner = Kept()
    assert span.end_late(1, lambda: ("n", {"x": 1}), 1, 0)
    WritingSpanExporter(inner).export([span])  # type: ignore[arg-type]  # as much of one as is used

    assert (inner.spans[0].name, dict(inner.spans[0].attributes)) == (
        "n",
        {names.PARENT: "project_name:p", "x": 1},
    )
    assert span.name == "a"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="named"),
        pytest.param(
            {"type": "llm", "input": [{"role": "user", "content": "x" * 100}]}, id="with type and input"
        ),
        pytest.param({"span_attributes": {"purpose": "x" * 100}, "metadata": {"a": (1, {2})}}, id="unusual"),
    ],
)
def test_what_a_waiting_span_is_taken_to_need_is_what_a_walk_over_its_row_finds(arguments: Any) -> None:
    init_logger("p")
    with start_span("n" * 50, **arguments) as span:
        span.log(output={"answer": ["x" * 200, 1.5]}, tags=["a"])
    ended = otel_span_of(span)
    (pieces, *_) = ended.late_row.args

    assert 0 <= ended.row_bytes - sum(json_bytes(dict(piece)) for piece in pieces) <= len("task")
