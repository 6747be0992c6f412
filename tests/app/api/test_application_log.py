"""Lines of an application log."""

import pytest
from braintrust.logger import Logger as Theirs

from otel_bridge import start_span
from otel_bridge.api.application_log import render_line
from tests.support.app import App


def test_v68_a_line_stands_beside_the_current_span(app: App) -> None:
    with start_span("p") as span:
        row_id = app.logger.info("hi {x} {y}", metadata={"m": 1}, x=1)

    ((name, attributes),) = app.records()
    (record,) = app.receiver.raw_records
    assert (name, attributes["braintrust.row_id"]) == ("braintrust.log", row_id)
    assert (record.span_id.hex(), record.trace_id.hex()) == (span.span_id, span.root_span_id)
    assert (record.body.string_value, record.severity_text) == ("hi 1 {y}", "info")
    assert attributes["braintrust.output_json"] == '"hi 1 {y}"'
    assert attributes["braintrust.metadata"] == (
        '{"m":1,"braintrust.template.parameter.x":1,"braintrust.template":"hi {x} {y}"}'
    )


def test_v69_lines_without_a_span_share_the_trace_of_their_logger(app: App) -> None:
    app.logger.info("a")
    app.logger.fatal({"b": 1})

    app.records()
    first, second = app.receiver.raw_records
    assert first.trace_id == second.trace_id
    assert first.span_id != second.span_id
    assert second.body.string_value == '{"b":1}'


def test_a_line_leaves_room_for_top_level_rows(app: App) -> None:
    app.logger.warn("a")  # noqa: G010 - Braintrust's method

    assert app.logger.log(input=1)


@pytest.mark.parametrize("level", ["trace", "debug", "info", "warn", "error", "fatal"])
def test_each_level_has_a_method(app: App, level: str) -> None:
    getattr(app.logger, level)("text")

    app.records()
    (record,) = app.receiver.raw_records
    assert record.severity_text == level


@pytest.mark.parametrize(
    ("template", "parameters"),
    [
        pytest.param("{a} {b!r:>5}", {"a": 1, "b": "x"}, id="filled"),
        pytest.param("{a.b} {c[0]}", {"a": 1}, id="missing inside"),
        pytest.param("{", {"a": 1}, id="malformed"),
        pytest.param("{} {a}", {"a": 1}, id="positional"),
    ],
)
def test_templates_are_filled_as_braintrust_does(
    template: str, parameters: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Theirs, "_emit_log_record", lambda _self, **record: record["body"])

    theirs = Theirs.emit_log(Theirs.__new__(Theirs), template, "info", None, **parameters)

    assert render_line(template, "info", None, parameters).body == theirs


def test_another_level_raises(app: App) -> None:
    with pytest.raises(ValueError, match=r"Invalid log level 'loud'\. Expected one of: trace, debug"):
        app.logger.emit_log("a", "loud")  # type: ignore[arg-type]  # the mistake is the point


def test_parameters_of_what_is_no_text_raise(app: App) -> None:
    with pytest.raises(TypeError, match="must be a string when template parameters"):
        app.logger.info({"a": 1}, x=1)
