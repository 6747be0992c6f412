"""The row of a span while it is open."""

import threading

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_bridge.api.recording import Recording


class HostileError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("secret")


def recording(exporter: InMemorySpanExporter, row: dict[str, object] | None = None) -> Recording:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Recording(provider.get_tracer("t").start_span("a"), row or {}, "auto")  # type: ignore[arg-type]  # any row


def test_the_row_is_written_once_when_the_span_ends() -> None:
    exporter = InMemorySpanExporter()
    row = recording(exporter, {"span_attributes": {"name": "b"}})

    row.merge({"input": 1})
    row.merge({"input": 2, "output": 3})
    assert row.end(5.0) == (5.0, {})

    (span,) = exporter.get_finished_spans()
    assert span.name == "b"
    assert span.end_time == 5 * 10**9
    assert dict(span.attributes or {}) == {
        "braintrust.span_attributes": "{}",
        "braintrust.input_json": "2",
        "braintrust.output_json": "3",
    }


def test_after_the_end_it_is_too_late() -> None:
    row = recording(InMemorySpanExporter())

    assert row.merge({"input": 1})
    row.end(None)

    assert row.is_over
    assert not row.merge({"input": 2})


def test_an_unfinished_span_says_so() -> None:
    exporter = InMemorySpanExporter()

    recording(exporter).end(None, unfinished=True)

    (span,) = exporter.get_finished_spans()
    assert span.attributes == {"braintrust.unfinished": True}


def test_an_exception_that_cannot_be_shown_is_recorded() -> None:
    exporter = InMemorySpanExporter()
    row = recording(exporter)

    row.fail(HostileError())
    row.end(None)

    (span,) = exporter.get_finished_spans()
    assert span.status.description == "HostileError: "


def test_a_row_that_cannot_be_written_does_not_stop_the_app(caplog: pytest.LogCaptureFixture) -> None:
    exporter = InMemorySpanExporter()

    recording(exporter, {"input": object()}).end(None)

    assert len(exporter.get_finished_spans()) == 1
    assert "TypeError" in caplog.text


def test_threads_lose_nothing() -> None:
    exporter = InMemorySpanExporter()
    row = recording(exporter)
    threads = [
        threading.Thread(target=lambda n=n: [row.merge({"metadata": {f"{n}-{i}": 1}}) for i in range(50)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row.end(None)

    (span,) = exporter.get_finished_spans()
    assert str((span.attributes or {})["braintrust.metadata"]).count(":1") == 200
