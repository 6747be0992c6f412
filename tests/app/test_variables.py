"""Variables of Braintrust's SDK that change what a program does; those that are plain settings stand in test_settings."""

from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import TracerProvider

import otel_bridge
from otel_bridge import BridgeSpanProcessor, FlushError, start_span
from otel_bridge.errors import SettingsError
from otel_bridge.settings import Settings
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver, wait_until
from tests.support.program import run_program

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("name", "value", "setting", "meaning"),
    [
        ("BRAINTRUST_DEFAULT_BATCH_SIZE", "7", "batch_size", 7),
        ("BRAINTRUST_MAX_REQUEST_SIZE", "1000", "batch_bytes", 1000),
        ("BRAINTRUST_QUEUE_SIZE", "9", "queue_size", 9),
        ("BRAINTRUST_SYNC_FLUSH", "true", "sync_flush", True),
        ("BRAINTRUST_DISABLE_ATEXIT_FLUSH", "true", "flush_at_exit", False),
        ("BRAINTRUST_IGNORE_PARENT_SAMPLING", "true", "ignore_parent_sampling", True),
    ],
)
def test_s64_variables_of_braintrust_are_settings(
    name: str, value: str, setting: str, meaning: object
) -> None:
    assert getattr(Settings.from_environment({name: value}), setting) == meaning


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("BRAINTRUST_DEFAULT_BATCH_SIZE", id="theirs"),
        pytest.param("OTEL_BRIDGE_BATCH_SIZE", id="ours"),
    ],
)
def test_a_mistake_is_told_of_the_variable_that_is_set(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is 0"):
        Settings.from_environment({name: "0"})


def test_with_sync_flush_a_flush_that_loses_something_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_ENDPOINT", NOWHERE)
    monkeypatch.setenv("OTEL_BRIDGE_FLUSH_TIMEOUT_MS", "300")
    monkeypatch.setenv("BRAINTRUST_SYNC_FLUSH", "true")
    otel_bridge.init_logger(project="p")
    start_span("a", input="secret").end()

    with pytest.raises(FlushError) as raised:
        otel_bridge.flush()

    assert "secret" not in str(raised.value)


def test_with_sync_flush_a_flush_that_sends_everything_returns(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINTRUST_SYNC_FLUSH", "true")
    app = App(receiver)
    start_span("a").end()

    otel_bridge.flush()

    assert [span.name for span in app.receiver.raw_spans] == ["a"]


def test_with_sync_flush_nothing_is_sent_unasked_and_a_full_queue_drops(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINTRUST_SYNC_FLUSH", "true")
    monkeypatch.setenv("OTEL_BRIDGE_SCHEDULE_DELAY_MS", "1")
    monkeypatch.setenv("OTEL_BRIDGE_BATCH_SIZE", "1")
    monkeypatch.setenv("OTEL_BRIDGE_QUEUE_SIZE", "3")
    app = App(receiver)

    for name in "abcde":
        start_span(name).end()
        app.logger.log_feedback("r", scores={"s": 1})
    dropped = otel_bridge.stats()
    _send_later(receiver)
    unasked = (len(receiver.raw_spans), len(receiver.records))
    otel_bridge.flush()

    assert (dropped.spans.queue_full, dropped.facts.queue_full) == (2, 2)
    assert unasked == (1, 0)
    assert [span.name for span in receiver.raw_spans] == ["later", "a", "b", "c"]
    assert len(receiver.records) == 3


def _send_later(receiver: OtlpReceiver) -> None:
    """Send a span by a pipeline that sends in the background, and wait until it is there."""
    provider = TracerProvider(shutdown_on_exit=False)
    settings = replace(Settings.from_environment(), sync_flush=False)
    provider.add_span_processor(BridgeSpanProcessor(settings=settings))
    provider.get_tracer("t").start_span("later").end()
    wait_until(lambda: len(receiver.raw_spans) > 0)
    provider.shutdown()


def test_with_sync_flush_the_exit_sends_what_waits(receiver: OtlpReceiver) -> None:
    program = """
        import otel_bridge
        otel_bridge.init_logger(project="p").start_span("a").end()
        """

    run_program(program, receiver, BRAINTRUST_SYNC_FLUSH="true")

    assert [span.name for span in receiver.raw_spans] == ["a"]


def test_with_sync_flush_the_end_of_a_root_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_ENDPOINT", NOWHERE)
    monkeypatch.setenv("OTEL_BRIDGE_FLUSH_TIMEOUT_MS", "300")
    monkeypatch.setenv("BRAINTRUST_SYNC_FLUSH", "true")
    otel_bridge.init_logger(project="p", async_flush=False)

    with start_span("a"):
        pass


def test_v79_without_the_flush_at_exit_nothing_is_sent_and_the_loss_is_told(receiver: OtlpReceiver) -> None:
    program = """
        import otel_bridge
        otel_bridge.init_logger(project="p")
        otel_bridge.start_span("sent").end()
        otel_bridge.flush()
        otel_bridge.start_span("waits").end()
        """

    said = run_program(
        program, receiver, BRAINTRUST_DISABLE_ATEXIT_FLUSH="true", OTEL_BRIDGE_SCHEDULE_DELAY_MS="60000"
    )

    assert [span.name for span in receiver.raw_spans] == ["sent"]
    assert "1 spans lost" in said


@pytest.mark.parametrize(("ignored", "sent"), [("false", []), ("true", ["a"])])
def test_headers_that_say_not_sampled_can_be_disobeyed(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, ignored: str, sent: list[str]
) -> None:
    monkeypatch.setenv("BRAINTRUST_IGNORE_PARENT_SAMPLING", ignored)
    App(receiver)
    headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-00"}

    start_span("a", parent=headers).end()
    otel_bridge.flush()

    assert [span.name for span in receiver.raw_spans] == sent


def test_v80_without_a_key_the_program_runs_and_its_rows_arrive(receiver: OtlpReceiver) -> None:
    run_program(
        """
        import otel_bridge
        otel_bridge.init_logger(project="p").log(input=1)
        """,
        receiver,
    )

    ((_, headers),) = receiver.requests
    assert "authorization" not in headers
    assert len(receiver.raw_spans) == 1
