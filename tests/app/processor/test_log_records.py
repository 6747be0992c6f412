"""Log records of an app and its instrumentations: masked, routed as their span, bounded and counted."""

import logging
import socket
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry._logs import Logger, LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import otel_bridge
from otel_bridge import BridgeLogExporter, BridgeLogRecordProcessor, init_logger, set_masking_function
from otel_bridge.processor.delivery import Counts, MaskingCounts
from otel_bridge.settings import Endpoints, Settings
from tests.support.otlp_receiver import OtlpReceiver


def hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: hide(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hide(item) for item in value]
    return "M" if isinstance(value, str) else value


def broken(value: Any) -> Any:
    raise RuntimeError(value)


@pytest.fixture
def processor(receiver: OtlpReceiver) -> BridgeLogRecordProcessor:  # noqa: ARG001 - it sets where to
    return BridgeLogRecordProcessor()


@pytest.fixture
def records(processor: BridgeLogRecordProcessor) -> Logger:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(processor)
    return provider.get_logger("theirs")


SECRETS = {
    "text": LogRecord(body="SECRET", attributes={"x": "SECRET"}),
    "JSON text": LogRecord(body='{"a":"SECRET"}', attributes={"x": '["SECRET"]'}),
    "structure": LogRecord(
        body={"a": ["SECRET", {"b": "SECRET"}]}, attributes={"x": {"y": "SECRET"}, "n": [1, 2]}
    ),
    "bytes": LogRecord(body=b"SECRET"),
    "messages": LogRecord(
        attributes={
            "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "SECRET"}]}]
        }
    ),
    "name": LogRecord(event_name="SECRET"),
}


@pytest.mark.parametrize("mask", [hide, broken])
@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_leaves_in_a_record(
    receiver: OtlpReceiver, records: Logger, processor: BridgeLogRecordProcessor, kind: str, mask: Any
) -> None:
    set_masking_function(mask, mask_span_names=True)

    records.emit(SECRETS[kind])
    otel_bridge.flush()

    (record,) = receiver.raw_records
    assert b"SECRET" not in record.SerializeToString()
    assert b"U0VDUkVU" not in record.SerializeToString()
    assert processor.masking_counts == MaskingCounts(exported=1, masked=1, failed=int(mask is broken))


def test_what_is_no_text_keeps_its_structure(receiver: OtlpReceiver, records: Logger) -> None:
    set_masking_function(hide)

    records.emit(SECRETS["structure"])
    otel_bridge.flush()

    (record,) = receiver.raw_records
    assert record.body.kvlist_value.values[0].key == "a"
    numbers = next(pair.value for pair in record.attributes if pair.key == "n")
    assert [item.int_value for item in numbers.array_value.values] == [1, 2]


def test_a_record_goes_where_its_span_goes(receiver: OtlpReceiver, records: Logger) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    logger = init_logger(project="p", tracer_provider=provider)

    with logger.start_span("a"):
        records.emit(LogRecord(event_name="said"))
    records.emit(LogRecord(event_name="elsewhere", attributes={"braintrust.parent": "project_name:q"}))
    otel_bridge.flush()

    parents = {name: attributes["braintrust.parent"] for name, attributes in receiver.records}
    assert parents == {"said": "project_name:p", "elsewhere": "project_name:q"}


def test_records_of_a_span_that_is_not_sampled_do_not_leave(receiver: OtlpReceiver, records: Logger) -> None:
    tracer = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False).get_tracer("t")

    with tracer.start_as_current_span("a"):
        records.emit(LogRecord(body="x"))
    otel_bridge.flush()

    assert receiver.raw_records == []


@pytest.fixture
def nowhere() -> Settings:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    return Settings(
        endpoints=Endpoints(traces=f"{url}/traces", logs=f"{url}/logs"), queue_size=2, shutdown_timeout_ms=200
    )


def test_what_cannot_be_sent_is_counted_and_told_once(
    nowhere: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    processor = BridgeLogRecordProcessor(settings=replace(nowhere, schedule_delay_ms=10_000))
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(processor)

    with caplog.at_level(logging.WARNING, "otel_bridge"):
        for _ in range(5):
            provider.get_logger("t").emit(LogRecord(body="SECRET"))
        provider.shutdown()
        processor.shutdown()

    assert processor.counts == Counts(accepted=2, queue_full=3, failed=2)
    assert not processor.force_flush()
    assert [
        record.getMessage().split(" lost")[0]
        for record in caplog.records
        if record.name.startswith("otel_bridge")
    ] == ["5 log records"]


def test_the_exporter_alone_masks(receiver: OtlpReceiver) -> None:
    set_masking_function(hide)
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(BridgeLogExporter()))

    provider.get_logger("t").emit(LogRecord(body="SECRET"))
    provider.force_flush()
    provider.shutdown()

    assert receiver.raw_records[0].body.string_value == "M"
