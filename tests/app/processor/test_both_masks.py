"""`OTEL_BRIDGE_MASK`: masking without a line of code, whatever of ours values leave by."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import otel_bridge
from otel_bridge import (
    BridgeLogExporter,
    BridgeLogRecordProcessor,
    BridgeSpanExporter,
    BridgeSpanProcessor,
    set_masking_function,
)
from otel_bridge.control.masked_row import masked_row
from otel_bridge.masking import combine, emails, secrets
from otel_bridge.otel import OtelExporter
from otel_bridge.settings import Settings
from otel_bridge.state import mask_rules
from tests.support.app import App
from tests.support.collector import Collector
from tests.support.otlp_receiver import OtlpReceiver

KEY: Final = "sk-abcdefghijklmnopqrst"
PLAIN: Final = f"ann@x.example has {KEY}"
MASKED: Final = "[email] has [secret]"


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_MASK", "secrets, Emails")


@pytest.mark.parametrize(
    "processor",
    [
        pytest.param(BridgeSpanProcessor, id="processor"),
        pytest.param(lambda: SimpleSpanProcessor(BridgeSpanExporter()), id="exporter"),
        pytest.param(lambda: SimpleSpanProcessor(OtelExporter()), id="exporter by Braintrust's name"),
    ],
)
def test_spans_of_others_leave_masked(processor: Callable[[], Any], receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor())

    span = provider.get_tracer("t").start_span("a", attributes={"x": PLAIN, "api_key": "short"})
    span.add_event("said", {"text": PLAIN})
    span.end()
    provider.force_flush()
    provider.shutdown()

    assert receiver.spans["a"]["x"] == MASKED
    assert receiver.spans["a"]["api_key"] == "[secret]"
    assert KEY not in str(receiver.raw_spans)


@pytest.mark.parametrize(
    "processor",
    [
        pytest.param(BridgeLogRecordProcessor, id="processor"),
        pytest.param(lambda: SimpleLogRecordProcessor(BridgeLogExporter()), id="exporter"),
    ],
)
def test_log_records_leave_masked(processor: Callable[[], Any], receiver: OtlpReceiver) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(processor())

    provider.get_logger("theirs").emit(LogRecord(body=PLAIN, attributes={"x": PLAIN}))
    provider.force_flush()
    provider.shutdown()

    (record,) = receiver.raw_records
    assert record.body.string_value == MASKED
    assert KEY not in str(record)


def test_our_spans_and_feedback_are_masked_as_by_the_same_functions_in_code(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [PLAIN, {"api_key": "short", "ann@x.example": [PLAIN, 1]}, [{"role": "user", "content": PLAIN}]]

    def sent() -> list[Any]:
        app = App(receiver)
        for number, value in enumerate(values):
            row_id = app.logger.log(input=value, metadata={"n": value}, id=f"row {number}")
            app.logger.log_feedback(id=row_id, comment=PLAIN, expected=value)
        rows = [app.row("root")]
        found = [*rows, *(attributes for _, attributes in app.records())]
        receiver._spans.clear()
        receiver._records.clear()
        return [{key: value for key, value in one.items() if "fact_id" not in key} for one in found]

    by_name = sent()
    monkeypatch.delenv("OTEL_BRIDGE_MASK")
    otel_bridge.state.process.masks_named = ()
    set_masking_function(combine(secrets(), emails()))
    in_code = sent()

    assert KEY not in json.dumps(by_name)
    assert MASKED in json.dumps(by_name)
    assert by_name == in_code


def test_rows_of_a_dataset_are_masked_where_nothing_else_was_ever_sent(
    sidecar: Collector, project: str
) -> None:
    assert sidecar.api

    dataset = otel_bridge.init_dataset(project=project, name="d")

    assert mask_rules() is not None
    assert masked_row({"id": "a", "input": PLAIN})["input"] == MASKED
    dataset.close()


def test_a_function_of_the_app_comes_first_and_takes_nothing_away(app: App) -> None:
    set_masking_function(lambda value: value.replace("has", "had") if isinstance(value, str) else value)
    app.logger.log(input=PLAIN)

    assert app.row("root")["input"] == "[email] had [secret]"


def test_a_function_that_was_set_before_stays(receiver: OtlpReceiver) -> None:
    set_masking_function(lambda value: value.replace("has", "had") if isinstance(value, str) else value)
    app = App(receiver)
    app.logger.log(input=PLAIN)

    assert app.row("root")["input"] == "[email] had [secret]"


def test_none_takes_only_the_function_of_the_app_away(app: App) -> None:
    set_masking_function(str.upper)
    set_masking_function(None)
    app.logger.log(input=PLAIN)

    assert app.row("root")["input"] == MASKED


def test_a_function_that_fails_lets_nothing_out(app: App) -> None:
    def broken(_: Any) -> Any:
        raise KeyError(PLAIN)

    set_masking_function(broken)
    app.logger.log(input=PLAIN)

    assert app.row("root")["input"] == "ERROR: Failed to mask field 'input' - KeyError"


def test_settings_that_name_nothing_leave_what_others_named(receiver: OtlpReceiver) -> None:
    app = App(receiver)
    BridgeSpanProcessor(settings=Settings()).shutdown()
    app.logger.log(input=PLAIN)

    assert app.row("root")["input"] == MASKED
