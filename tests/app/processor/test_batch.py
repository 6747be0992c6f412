"""The queue of spans and its thread: nothing waits longer than it should, and nothing is exported twice."""

import logging
import os
import threading
from collections.abc import Sequence

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

from otel_bridge.processor.batch import Batches
from tests.support.otlp_receiver import OtlpReceiver, wait_until
from tests.support.program import run_program
from tests.support.spans import GatedExporter, ended_span

_NEVER_MS = 3_600_000


def names_of(exporter: GatedExporter) -> list[list[str]]:
    return [[span.name for span in batch] for batch in exporter.batches]


def put(batches: Batches, *names: str) -> None:
    for name in names:
        batches.put(ended_span(name))


def test_what_waits_is_exported_after_a_while() -> None:
    exporter = GatedExporter()
    batches = Batches(exporter, size=10, delay_ms=20)

    put(batches, "a", "b")

    wait_until(lambda: [name for batch in names_of(exporter) for name in batch] == ["a", "b"])


def test_a_full_batch_is_exported_at_once_and_the_rest_waits_for_more() -> None:
    exporter = GatedExporter()
    batches = Batches(exporter, size=2, delay_ms=_NEVER_MS)

    put(batches, "a", "b", "c", "d", "e")
    wait_until(lambda: sum(map(len, exporter.batches)) == 4)

    put(batches, "f")
    wait_until(lambda: names_of(exporter) == [["a", "b"], ["c", "d"], ["e", "f"]])


def test_a_flush_exports_what_waits_in_batches_and_in_its_order() -> None:
    exporter = GatedExporter()
    batches = Batches(exporter, size=10, delay_ms=_NEVER_MS)
    put(batches, *"abcdefg")

    batches.force_flush()

    assert names_of(exporter) == [["a", "b", "c", "d", "e", "f", "g"]]


def test_a_shutdown_exports_what_waits_and_shuts_the_exporter_down() -> None:
    exporter = GatedExporter()
    batches = Batches(exporter, size=10, delay_ms=_NEVER_MS)
    put(batches, "a")

    batches.shutdown()

    assert names_of(exporter) == [["a"]]
    assert exporter.shutdowns == 1


def test_a_batch_that_fails_does_not_stop_the_next(caplog: pytest.LogCaptureFixture) -> None:
    exporter = GatedExporter()
    exporter.error = RuntimeError("secret")
    batches = Batches(exporter, size=1, delay_ms=_NEVER_MS)

    with caplog.at_level(logging.WARNING):
        put(batches, "a")
        wait_until(lambda: bool(caplog.messages))
    exporter.error = None
    put(batches, "b")
    wait_until(lambda: names_of(exporter) == [["a"], ["b"]])

    assert caplog.messages == ["a batch of spans was not exported: RuntimeError"]


def test_an_export_is_not_traced_itself() -> None:
    class Looking(GatedExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            seen.append(otel_context.get_value(_SUPPRESS_INSTRUMENTATION_KEY))
            return super().export(spans)

    seen = list[object]()
    batches = Batches(Looking(), size=1, delay_ms=_NEVER_MS)
    put(batches, "a")
    batches.force_flush()

    assert seen == [True]
    assert otel_context.get_value(_SUPPRESS_INSTRUMENTATION_KEY) is None


def test_threads_lose_nothing_and_send_nothing_twice() -> None:
    exporter = GatedExporter()
    batches = Batches(exporter, size=7, delay_ms=1)
    span = ended_span()

    def put_many() -> None:
        for _ in range(500):
            batches.put(span)

    def flush_often() -> None:
        for _ in range(50):
            batches.force_flush()

    threads = [threading.Thread(target=put_many) for _ in range(4)]
    flushing = threading.Thread(target=flush_often)
    for thread in (*threads, flushing):
        thread.start()
    for thread in (*threads, flushing):
        thread.join()

    batches.shutdown()

    assert sum(map(len, exporter.batches)) == 2_000
    assert max(map(len, exporter.batches)) <= 7


FORKING = """
    import os
    from ctypes import PyDLL
    from opentelemetry.sdk.trace import TracerProvider
    from otel_bridge import BridgeSpanProcessor

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BridgeSpanProcessor())
    tracer = provider.get_tracer("t")
    tracer.start_span("of the parent").end()
    if {fork} == 0:
        if {ends_a_span}:
            tracer.start_span("of the child").end()
        os._exit(0 if provider.force_flush() else 1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    provider.force_flush()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    "fork",
    [
        pytest.param("os.fork()", id="by Python"),
        pytest.param("PyDLL(None).fork()", id="without the hooks of Python, as uwsgi does"),
    ],
)
@pytest.mark.parametrize("ends_a_span", [pytest.param(True, id="span"), pytest.param(False, id="no span")])
def test_a_forked_child_sends_its_own_spans_and_no_others(
    receiver: OtlpReceiver,
    fork: str,
    ends_a_span: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    run_program(
        FORKING.format(fork=fork, ends_a_span=ends_a_span),
        receiver,
        OTEL_BRIDGE_SCHEDULE_DELAY_MS=str(_NEVER_MS),
    )

    sent = [span.name for span in receiver.raw_spans]
    assert sent == [*(["of the child"] if ends_a_span else []), "of the parent"]
