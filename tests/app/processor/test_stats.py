"""What became of spans and facts, in sum."""

import otel_bridge
from otel_bridge import stats
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
