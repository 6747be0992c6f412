"""The public processor: what leaves, with which parent, and what happens when nothing can leave."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import otel_bridge
from otel_bridge import BridgeSpanProcessor, init_logger, state
from otel_bridge.processor.delivery import Counts
from otel_bridge.processor.stats import bytes_waiting
from otel_bridge.settings import Endpoints, Settings
from tests.support.otlp_receiver import OtlpReceiver, wait_until


def provider_with(processor: BridgeSpanProcessor) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return provider


def parent_sent(
    receiver: OtlpReceiver, processor: BridgeSpanProcessor, context: Context | None = None
) -> object:
    provider = provider_with(processor)
    provider.get_tracer("t").start_span("a", context=context).end()
    provider.force_flush()
    return receiver.spans["a"].get("braintrust.parent")


@pytest.fixture
def nowhere() -> Settings:
    """Settings for a destination that refuses every connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    return Settings(
        endpoints=Endpoints(traces=f"{url}/traces", logs=f"{url}/logs"),
        flush_timeout_ms=100,
        shutdown_timeout_ms=200,
        schedule_delay_ms=20,
    )


@pytest.fixture
def wedged(nowhere: Settings) -> Iterator[Settings]:
    """Settings for a destination that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        yield replace(nowhere, endpoints=Endpoints(traces=f"{url}/traces", logs=f"{url}/logs"))


def test_three_lines_send_the_spans_of_an_app(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BridgeSpanProcessor())
    provider.get_tracer("t").start_span("a", attributes={"x": 1}).end()
    provider.shutdown()

    assert receiver.spans["a"]["x"] == 1


def test_spans_wait_for_each_other(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_SCHEDULE_DELAY_MS", "50")
    tracer = provider_with(BridgeSpanProcessor()).get_tracer("t")
    for number in range(20):
        tracer.start_span(str(number)).end()

    wait_until(lambda: len(receiver.spans) == 20)

    assert len(receiver.requests) <= 2


def test_the_parent_of_the_context_wins(receiver: OtlpReceiver) -> None:
    context = otel_context.set_value(state.PARENT_KEY, "project_name:context")
    context = baggage.set_baggage("braintrust.parent", "project_name:baggage", context)

    assert (
        parent_sent(receiver, BridgeSpanProcessor(parent="project_name:default"), context)
        == "project_name:context"
    )


def test_the_parent_of_the_baggage_is_next(receiver: OtlpReceiver) -> None:
    context = baggage.set_baggage("braintrust.parent", "project_name:baggage")

    assert (
        parent_sent(receiver, BridgeSpanProcessor(parent="project_name:default"), context)
        == "project_name:baggage"
    )


def test_the_baggage_may_be_distrusted(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", "false")
    context = baggage.set_baggage("braintrust.parent", "project_name:baggage")

    assert (
        parent_sent(receiver, BridgeSpanProcessor(parent="project_name:mine"), context) == "project_name:mine"
    )


def test_a_child_has_the_parent_string_of_the_span_above(receiver: OtlpReceiver) -> None:
    provider = provider_with(BridgeSpanProcessor(parent="project_name:default"))
    tracer = provider.get_tracer("t")
    above = tracer.start_span("above", attributes={"braintrust.parent": "experiment_id:e"})
    tracer.start_span("a", context=trace.set_span_in_context(above)).end()
    provider.force_flush()

    assert receiver.spans["a"]["braintrust.parent"] == "experiment_id:e"


def test_the_current_logger_is_the_default(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_PARENT", "project_name:environment")
    processor = BridgeSpanProcessor()

    assert parent_sent(receiver, processor) == "project_name:environment"
    init_logger(project="logged", tracer_provider=TracerProvider(shutdown_on_exit=False))
    assert parent_sent(receiver, processor) == "project_name:logged"
    assert (
        parent_sent(receiver, BridgeSpanProcessor(parent="project_name:argument")) == "project_name:argument"
    )


def test_without_any_parent_the_header_decides(receiver: OtlpReceiver) -> None:
    assert parent_sent(receiver, BridgeSpanProcessor()) is None
    assert receiver.requests[0][1]["x-bt-parent"] == "project_name:default-otel-project"


def test_arguments_win_over_the_environment(receiver: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor(
        api_key="k", parent="project_id:i", api_url=receiver.url, headers={"x-more": "m"}
    )

    parent_sent(receiver, processor)

    ((path, headers),) = receiver.requests
    assert path == "/otel/v1/traces"
    assert (headers["authorization"], headers["x-bt-parent"], headers["x-more"]) == (
        "Bearer k",
        "project_id:i",
        "m",
    )


def test_only_ai_spans_leave_when_asked(receiver: OtlpReceiver) -> None:
    provider = provider_with(BridgeSpanProcessor(parent="project_name:p", filter_ai_spans=True))
    tracer = provider.get_tracer("t")
    for name in ("db", "gen_ai.chat"):
        tracer.start_span(name).end()
    provider.force_flush()

    assert set(receiver.spans) == {"gen_ai.chat"}


def test_spans_that_are_not_sampled_do_not_leave(receiver: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor()
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("t").start_span("a").end()
    provider.force_flush()

    assert (receiver.requests, processor.counts) == ([], Counts())


@pytest.mark.parametrize("order", ["P L L", "L P L", "L L", "P P L", "L P P"])
def test_the_app_and_the_logger_send_each_span_once(receiver: OtlpReceiver, order: str) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    for what in order.split():
        if what == "P":
            provider.add_span_processor(BridgeSpanProcessor())
        else:
            init_logger(project="p", tracer_provider=provider)

    provider.get_tracer("t").start_span("theirs").end()
    otel_bridge.start_span("ours").end()
    otel_bridge.flush()

    assert sorted(span.name for span in receiver.raw_spans) == ["ours", "theirs"]


def test_the_processor_of_the_app_decides_also_when_it_comes_after_the_logger(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    init_logger(project="p", tracer_provider=provider)
    provider.add_span_processor(BridgeSpanProcessor(filter_ai_spans=True, headers={"x-mine": "1"}))

    for name in ("db", "gen_ai.chat"):
        provider.get_tracer("t").start_span(name).end()
    otel_bridge.flush()

    assert [span.name for span in receiver.raw_spans] == ["gen_ai.chat"]
    assert receiver.requests[0][1]["x-mine"] == "1"


def test_two_processors_with_projects_of_their_own_send_each_span_to_one(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    for project in ("p", "q"):
        provider.add_span_processor(BridgeSpanProcessor(parent=f"project_name:{project}"))
    tracer = provider.get_tracer("t")

    tracer.start_span("a").end()
    tracer.start_span("b", attributes={"braintrust.parent": "project_name:q"}).end()
    otel_bridge.flush()

    sent = sorted((span.name, receiver.spans[span.name]["braintrust.parent"]) for span in receiver.raw_spans)
    assert sent == [("a", "project_name:p"), ("b", "project_name:q")]


def test_other_places_get_each_span_too(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    for key in ("k", "l"):
        provider.add_span_processor(BridgeSpanProcessor(api_key=key))

    provider.get_tracer("t").start_span("a").end()
    otel_bridge.flush()

    assert sorted(headers["authorization"] for _, headers in receiver.requests) == ["Bearer k", "Bearer l"]


def test_v81_a_full_queue_drops_and_counts_and_never_blocks(
    wedged: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    processor = BridgeSpanProcessor(settings=replace(wedged, queue_size=10))
    tracer = provider_with(processor).get_tracer("t")
    begin = time.monotonic()

    with caplog.at_level(logging.WARNING, "otel_bridge"):
        for number in range(30):
            tracer.start_span(str(number)).end()
        assert time.monotonic() - begin < 5
        processor.shutdown()

    assert processor.counts == Counts(accepted=10, queue_full=20, failed=10)
    (record,) = [record for record in caplog.records if record.name.startswith("otel_bridge")]
    assert record.getMessage().startswith("30 spans lost")


def test_a_queue_that_is_full_of_bytes_drops_counts_and_reports_each(
    wedged: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    processor = BridgeSpanProcessor(settings=replace(wedged, queue_bytes=50_000))
    tracer = provider_with(processor).get_tracer("t")

    with caplog.at_level(logging.WARNING, "otel_bridge"):
        for number in range(30):
            tracer.start_span(str(number), attributes={"text": "x" * 10_000}).end()
        processor.shutdown()

    assert processor.counts == Counts(accepted=4, queue_full=26, failed=4)
    assert "30 spans lost" in caplog.text


@pytest.mark.parametrize("make", ["light", "plain"])
def test_nothing_that_was_sent_takes_room_any_more(receiver: OtlpReceiver, make: str) -> None:
    provider = TracerProvider(shutdown_on_exit=False) if make == "plain" else None
    logger = otel_bridge.init_logger("p", tracer_provider=provider)
    for number in range(3):
        logger.start_span(str(number), input="x" * 1_000).end()
    waiting = bytes_waiting()
    otel_bridge.flush()

    assert 3 * 3_000 < waiting < 3 * 5_000
    assert bytes_waiting() == 0
    assert len(receiver.raw_spans) == 3


@pytest.mark.parametrize("destination", ["nowhere", "wedged"])
def test_flush_and_shutdown_are_bounded(destination: str, request: pytest.FixtureRequest) -> None:
    processor = BridgeSpanProcessor(settings=request.getfixturevalue(destination))
    provider = provider_with(processor)
    provider.get_tracer("t").start_span("a").end()
    begin = time.monotonic()

    assert not processor.force_flush()
    processor.shutdown()

    assert time.monotonic() - begin < 8
    assert processor.counts.failed == 1


def test_an_attempt_that_goes_on_after_the_shutdown_is_given_up(nowhere: Settings) -> None:
    before = set(threading.enumerate())
    processor = BridgeSpanProcessor(settings=nowhere)
    provider_with(processor).get_tracer("t").start_span("a").end()

    processor.shutdown()

    wait_until(lambda: not set(threading.enumerate()) - before, timeout_s=8)


def test_an_outage_is_told_when_it_begins_with_its_reason_and_when_it_is_over(
    receiver: OtlpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 400
    processor = BridgeSpanProcessor()
    provider = provider_with(processor)
    tracer = provider.get_tracer("t")

    with caplog.at_level(logging.WARNING):
        for number in range(3):
            tracer.start_span(str(number)).end()
            provider.force_flush()
        receiver.status = 200
        tracer.start_span("last").end()
        provider.force_flush()

    first, last = caplog.messages
    assert first.startswith("1 spans lost")
    assert "it answered 400" in first
    assert last.startswith("2 spans lost")
    assert processor.counts == Counts(accepted=4, delivered=1, failed=3, refused=3)


def test_an_outage_costs_nothing_while_there_is_room(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    receiver.status = 503
    processor = BridgeSpanProcessor(settings=replace(Settings.from_environment(), schedule_delay_ms=5))
    provider = provider_with(processor)
    names = [str(number) for number in range(20)]

    with caplog.at_level(logging.WARNING):
        for name in names:
            provider.get_tracer("t").start_span(name).end()
        wait_until(lambda: caplog.messages)
        assert processor.counts == Counts(accepted=20)
        receiver.status = 200
        wait_until(lambda: processor.counts == Counts(accepted=20, delivered=20))
    provider.shutdown()

    (said,) = caplog.messages
    assert said.startswith("spans wait for http://127.0.0.1:")
    assert sorted(span.name for span in receiver.raw_spans) == sorted(names)


def test_a_flush_that_has_to_say_how_it_went_waits_for_no_outage(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    receiver.status = 503
    processor = BridgeSpanProcessor(settings=replace(Settings.from_environment(), sync_flush=True))
    provider = provider_with(processor)
    provider.get_tracer("t").start_span("a").end()

    processor.force_flush()

    assert processor.counts == Counts(accepted=1, failed=1)
    provider.shutdown()


def test_what_a_receiver_rejects_is_lost_and_told_with_its_words(
    receiver: OtlpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.rejects = (1, 'this key does not reach the object "project_name:a"')
    processor = BridgeSpanProcessor()
    provider = provider_with(processor)

    with caplog.at_level(logging.WARNING):
        provider.get_tracer("t").start_span("a").end()
        provider.force_flush()
    provider.shutdown()

    (said,) = caplog.messages
    assert said.startswith("1 spans lost")
    assert 'it took the request without them: this key does not reach the object "project_name:a"' in said
    assert processor.counts == Counts(accepted=1, failed=1, refused=1, rejected=1)


def test_every_span_is_delivered_or_counted_as_lost(receiver: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor(
        settings=replace(Settings.from_environment(), queue_size=50, schedule_delay_ms=5)
    )
    provider = provider_with(processor)
    tracer = provider.get_tracer("t")
    for number in range(2000):
        tracer.start_span(str(number)).end()
    provider.shutdown()

    counts = processor.counts
    assert counts.accepted + counts.queue_full == 2000
    assert counts.delivered == counts.accepted == len(receiver.raw_spans)


def test_after_shutdown_nothing_is_queued(receiver: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor()
    provider = provider_with(processor)
    provider.shutdown()
    processor.shutdown()

    provider.get_tracer("t").start_span("a").end()

    assert not processor.force_flush()
    assert receiver.requests == []
