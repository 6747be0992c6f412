"""What became of spans and facts, in sum."""

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider

import otel_bridge
from otel_bridge import stats
from otel_bridge.processor.stats import spans_waiting
from tests.support.app import App


def test_nothing_is_counted_before_anything_is_sent() -> None:
    assert stats().spans.accepted == stats().facts.accepted == 0


def test_spans_and_facts_are_counted_apart(app: App) -> None:
    app.logger.log(input=1)
    app.logger.log(input=2)
    app.logger.log_feedback("row", comment="c")
    otel_bridge.flush()

    assert (stats().spans.accepted, stats().spans.delivered, stats().spans.waiting) == (2, 2, 0)
    assert (stats().facts.accepted, stats().facts.delivered) == (1, 1)


def test_what_waits_is_told_at_a_glance(app: App) -> None:
    before = spans_waiting()
    app.logger.log(input=1)
    waiting = spans_waiting() - before
    otel_bridge.flush()

    assert (waiting, spans_waiting() - before) == (1, 0)


def test_what_was_lost_is_counted(app: App) -> None:
    app.receiver.status = 400
    app.logger.log(input=1)
    otel_bridge.flush()

    assert (stats().spans.failed, stats().spans.refused) == (1, 1)


def test_pipelines_are_summed_up(app: App) -> None:
    other = App(app.receiver)
    for each in (app, other):
        each.logger.log(input=1)
    otel_bridge.flush()

    assert stats().spans.delivered == 2


def test_while_a_function_is_set_all_that_leaves_is_masked(app: App) -> None:
    app.logger.log(input=1)
    otel_bridge.flush()
    assert (stats().masking.exported, stats().masking.masked) == (1, 0)

    otel_bridge.set_masking_function(lambda value: value)
    records = LoggerProvider(shutdown_on_exit=False)
    records.add_log_record_processor(otel_bridge.BridgeLogRecordProcessor())
    records.get_logger("t").emit(LogRecord(body="x"))
    app.logger.log(input=2)
    app.tracer.start_span("theirs").end()
    app.logger.log_feedback("row", comment="c")
    otel_bridge.flush()

    assert (stats().masking.exported, stats().masking.masked) == (5, 4)
    assert stats().log_records.delivered == 1
