"""Loggers: what is current, whole rows at once, slugs (spec/app-api.md section 13, by number)."""

import threading
import time
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider

import otel_bridge
from otel_bridge import current_logger, init_logger, start_span
from otel_bridge.contract.parent import parse_parent
from otel_bridge.errors import ConcurrentLogError
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver


def test_a_logged_row_is_a_root_of_its_own(app: App) -> None:  # V1, V67
    with start_span("p"):
        row_id = app.logger.log(input=1, output=2, allow_concurrent_with_spans=True)

    assert app.row("root") == {"type": "task", "input": 1, "output": 2}
    assert app.parent_of("root") == ""
    assert row_id in {span.span_id.hex() for span in app.receiver.raw_spans}


def test_a_row_lasts_from_the_end_of_the_one_before(app: App) -> None:
    app.logger.log(input=1)
    app.logger.log(input=2)

    otel_bridge.flush()
    first, second = app.receiver.raw_spans
    assert second.start_time_unix_nano == pytest.approx(first.end_time_unix_nano, abs=1000)
    assert first.start_time_unix_nano < first.end_time_unix_nano <= second.end_time_unix_nano


def test_the_app_may_choose_the_id_of_a_row(app: App) -> None:
    assert app.logger.log(input=1, id="mine") == "mine"


def test_rows_and_spans_of_one_logger_do_not_mix(app: App) -> None:  # V66
    start_span("a").end()

    with pytest.raises(ConcurrentLogError, match="Cannot run toplevel `log` method while using spans"):
        app.logger.log(input=1)


def test_a_wrong_score_raises_the_error_of_braintrust(app: App) -> None:
    with pytest.raises(ValueError, match="score values must be between 0 and 1"):
        app.logger.log(scores={"s": 2})


def test_v85_s50_a_logger_that_does_not_flush_later_flushes_each_row_and_root(receiver: OtlpReceiver) -> None:
    app = App(receiver, async_flush=False)

    app.logger.log(input=1)
    assert len(receiver.requests) == 1
    with start_span("a"):
        start_span("b").end()
        assert "b" not in receiver.spans

    assert {"a", "b"} <= receiver.spans.keys()


@pytest.mark.parametrize(
    ("arguments", "parent", "project_id", "name"),
    [
        pytest.param({}, "project_name:Global", "Global", "Global", id="nothing"),
        pytest.param({"project": "n"}, "project_name:n", "n", "n", id="name"),
        pytest.param({"project_id": "i"}, "project_id:i", "i", "i", id="id"),
        pytest.param({"project": "n", "project_id": "i"}, "project_id:i", "i", "n", id="both"),
    ],
)
def test_a_logger_stands_for_its_project(
    receiver: OtlpReceiver, arguments: dict[str, str], parent: str, project_id: str, name: str
) -> None:
    logger = init_logger(**arguments, tracer_provider=TracerProvider(shutdown_on_exit=False))  # type: ignore[arg-type]  # all texts

    assert (logger.parent, logger.id, logger.project.name) == (parent, project_id, name)
    assert str(parse_parent(logger.export())) == parent
    assert receiver.requests == []


def test_the_last_logger_is_current(app: App) -> None:
    second = init_logger(project="second", tracer_provider=app.provider)
    init_logger(project="third", set_current=False, tracer_provider=app.provider)

    assert current_logger() is second


def test_a_thread_that_made_none_current_sees_the_logger_of_the_process(app: App) -> None:
    seen: list[object] = []

    thread = threading.Thread(target=lambda: seen.append(current_logger()))
    thread.start()
    thread.join()

    assert seen == [app.logger]


def test_a_logger_is_a_context_manager_that_does_nothing(app: App) -> None:
    with app.logger as logger:
        assert logger is app.logger

    assert current_logger() is app.logger


def test_starting_a_logger_opens_no_connection_and_takes_no_time(receiver: OtlpReceiver) -> None:
    App(receiver)
    begin = time.monotonic()

    for _ in range(20):
        init_logger(project="p", tracer_provider=TracerProvider(shutdown_on_exit=False))

    assert time.monotonic() - begin < 5
    assert receiver.requests == []


def test_the_key_of_the_app_is_sent(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="secret-key")
    app.logger.log(input=1)
    otel_bridge.flush()

    assert receiver.requests[0][1]["authorization"] == "Bearer secret-key"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param("staging", '"environment":{"name":"staging"}', id="a text"),
        pytest.param(
            {"type": ["x"], "name": 5}, '"environment":{"type":"[\'x\']","name":"5"}', id="no texts"
        ),
    ],
)
def test_an_environment_in_other_words_stops_no_span(
    receiver: OtlpReceiver, environment: Any, said: str
) -> None:
    app = App(receiver, environment=environment)

    otel_bridge.start_span("a").end()

    assert said in app.attributes("a")["braintrust.context_json"]


def test_the_environment_is_part_of_the_context(receiver: OtlpReceiver) -> None:
    app = App(receiver, environment={"type": "server", "name": "staging"})
    app.logger.log(input=1)

    assert (
        '"environment":{"type":"server","name":"staging"}'
        in app.attributes("root")["braintrust.context_json"]
    )


def test_a_row_is_updated_by_its_id(app: App) -> None:  # V71
    app.logger.update_span("row", output=5, tags=["t"])

    assert app.records() == [
        (
            "braintrust.update",
            {
                "braintrust.output_json": "5",
                "braintrust.tags": ["t"],
                "braintrust.row_id": "row",
                "braintrust.parent": "project_name:p",
            },
        )
    ]


def test_an_update_needs_both_ids_or_none(app: App) -> None:
    with pytest.raises(ValueError, match="both root_span_id and span_id must be set, or neither"):
        app.logger.update_span("row", span_id="0" * 15 + "1")


def test_an_update_may_name_its_span(app: App) -> None:
    app.logger.update_span("row", output=5, span_id="0" * 15 + "1", root_span_id="0" * 31 + "2")

    app.records()
    assert app.receiver.raw_records[0].span_id.hex() == "0" * 15 + "1"
