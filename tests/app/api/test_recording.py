"""The row of a span while it is open."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_bridge.api.recording import MERGED_AT, Recording
from tests.support.otlp_receiver import wait_until


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

    assert row.merge({"input": 1}) is None
    row.end(None)

    assert row.is_over
    assert row.merge({"input": 2}) == {"input": 2}


def test_of_what_is_logged_anew_again_and_again_the_last_counts() -> None:
    exporter = InMemorySpanExporter()
    row = recording(exporter)

    for count in range(5 * MERGED_AT + 1):
        row.merge({"output": "x" * count, "metrics": {str(count): count}})
    row.end(None)

    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert attributes["braintrust.output_json"] == f'"{"x" * 5 * MERGED_AT}"'
    assert len(json.loads(str(attributes["braintrust.metrics"]))) == 5 * MERGED_AT + 1


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


def test_what_is_logged_while_the_span_ends_is_in_the_row_or_too_late() -> None:
    for _ in range(20):
        exporter = InMemorySpanExporter()
        row, late = recording(exporter), list[object]()
        begin = threading.Barrier(4)

        def log(
            n: int, row: Recording = row, late: list[object] = late, begin: threading.Barrier = begin
        ) -> None:
            begin.wait()
            late += [left for i in range(30) if (left := row.merge({"metadata": {f"{n}-{i}": 1}}))]

        threads = [threading.Thread(target=log, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        begin.wait()
        row.end(None)
        for thread in threads:
            thread.join()

        (span,) = exporter.get_finished_spans()
        written = json.loads(str((span.attributes or {}).get("braintrust.metadata", "{}")))
        assert len(written) + len(late) == 90


def test_the_piece_that_makes_it_too_many_may_come_when_the_end_has_taken_them_all() -> None:
    for _ in range(20):
        exporter = InMemorySpanExporter()
        row = recording(exporter)
        for count in range(MERGED_AT - 1):
            row.merge({"output": count})
        with ThreadPoolExecutor(2) as threads:
            with row._lock:  # both wait for it, the end first
                ending = threads.submit(row.end, None)
                wait_until(ending.running)
                logging = threads.submit(row.merge, {"input": 1})
                wait_until(partial(_waits_to_join, row))
            assert logging.result() is None

        (span,) = exporter.get_finished_spans()
        assert (span.attributes or {})["braintrust.input_json"] == "1"


def _waits_to_join(row: Recording) -> bool:
    return len(row._pieces) > MERGED_AT
