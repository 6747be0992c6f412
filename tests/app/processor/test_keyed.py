"""The bound on the pipelines of API keys."""

import gc
import threading
from dataclasses import replace
from typing import cast

import pytest

import otel_bridge
from otel_bridge import state
from otel_bridge.processor import keyed
from otel_bridge.processor.facts import FactSender
from otel_bridge.processor.keyed import MAX_KEYS, KeyedPipelines, Lane
from otel_bridge.settings import Settings
from tests.app.test_several_keys import keys_and_names
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver, wait_until


def test_pipelines_of_idle_keys_are_closed_and_open_again_when_needed(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")
    begin = len(state.process.pipelines)
    first = otel_bridge.init_logger(project="q", api_key="k0", tracer_provider=app.provider)

    for number in range(MAX_KEYS * 2):
        logger = otel_bridge.init_logger(project="q", api_key=f"k{number}", tracer_provider=app.provider)
        logger.start_span(str(number)).end()
        logger.log_feedback("r", scores={"s": 1})
        otel_bridge.flush()
    wait_until(lambda: len(state.process.pipelines) <= begin + 2 * MAX_KEYS)
    first.start_span("again").end()
    first.log_feedback("r", scores={"s": 1})

    sent = keys_and_names(receiver)
    assert ("Bearer k0", "again") in sent
    assert {(f"Bearer k{number}", str(number)) for number in range(MAX_KEYS * 2)} <= sent
    counts = otel_bridge.stats()
    assert (counts.spans.delivered, counts.facts.delivered) == (MAX_KEYS * 2 + 1, MAX_KEYS * 2 + 1)


def test_a_key_with_a_span_under_way_is_not_closed(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")
    busy = otel_bridge.init_logger(project="q", api_key="busy", tracer_provider=app.provider)
    busy.start_span("before").end()
    under_way = busy.start_span("under way")

    for number in range(MAX_KEYS + 1):
        logger = otel_bridge.init_logger(project="q", api_key=f"k{number}", tracer_provider=app.provider)
        logger.start_span(str(number)).end()
        otel_bridge.flush()
    pipelines = set(state.process.pipelines)
    under_way.end()

    assert ("Bearer busy", "under way") in keys_and_names(receiver)
    assert set(state.process.pipelines) <= pipelines


def test_many_loggers_of_one_key_share_a_pipeline(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")

    for _ in range(20):
        logger = otel_bridge.init_logger(project="q", api_key="b", tracer_provider=app.provider)
        logger.start_span("s").end()
        del logger
        gc.collect()

    assert keys_and_names(receiver) == {("Bearer b", "s")}
    assert len(state.process.pipelines) == 2


def test_threads_with_many_keys_lose_and_mix_nothing(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="a")

    def use_all_keys() -> None:
        for number in range(MAX_KEYS + 8):
            key = f"k{number}"
            logger = otel_bridge.init_logger(
                project="q", api_key=key, tracer_provider=app.provider, set_current=False
            )
            logger.start_span(key).end()
            logger.log_feedback("r", scores={"s": 1})

    threads = [threading.Thread(target=use_all_keys) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(key == f"Bearer {name}" for key, name in keys_and_names(receiver))
    assert len(receiver.raw_spans) == len(receiver.records) == 4 * (MAX_KEYS + 8)


def test_feedback_of_a_key_that_is_being_closed_is_not_lost(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed, "MAX_KEYS", 1)
    app = App(receiver, api_key="a")
    home = KeyedPipelines()
    settings = Settings.from_environment()
    closing, other = (
        cast("Lane", home.route(replace(settings, api_key=key), app.provider.resource).lane)
        for key in ("closing", "other")
    )
    taking_its_place = threading.Thread(
        target=home.send_fact, args=(other, lambda facts: facts.send("e", {"of": "other"}, None))
    )

    def send(facts: FactSender) -> None:
        taking_its_place.start()
        taking_its_place.join(timeout=0.1)
        facts.send("e", {"of": "closing"}, None)

    home.send_fact(closing, send)
    taking_its_place.join()
    home.close_facts()
    wait_until(lambda: len(receiver.records) == 2)
