"""Python's `logging` as rows."""

import json
import logging
from collections.abc import Iterator

import pytest

from otel_bridge import BraintrustLogHandler, start_span
from tests.support.app import App


@pytest.fixture
def log(app: App) -> Iterator[logging.Logger]:
    logger = logging.getLogger("shop.cart")
    handler = BraintrustLogHandler(app.logger, logging.DEBUG)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(1)
    yield logger
    logger.removeHandler(handler)


def test_a_record_is_a_row_beside_the_current_span(app: App, log: logging.Logger) -> None:
    with start_span("p") as span:
        log.warning("%d items for %s", 3, "you", extra={"user": "u1"})

    ((name, attributes),) = app.records()
    (record,) = app.receiver.raw_records
    metadata = json.loads(attributes["braintrust.metadata"])
    assert (name, record.span_id.hex(), record.severity_text) == ("braintrust.log", span.span_id, "warn")
    assert record.body.string_value == "WARNING 3 items for you"
    assert metadata.pop("code.file.path").endswith("test_log_handler.py")
    assert metadata.pop("code.line.number") > 0
    assert metadata == {
        "user": "u1",
        "braintrust.template": "%d items for %s",
        "braintrust.template.parameter.0": 3,
        "braintrust.template.parameter.1": "you",
        "logger.name": "shop.cart",
        "code.function.name": "test_a_record_is_a_row_beside_the_current_span",
    }


@pytest.mark.parametrize(
    ("number", "level"), [(50, "fatal"), (45, "error"), (30, "warn"), (20, "info"), (10, "debug"), (5, None)]
)
def test_levels_are_those_of_braintrust(
    app: App, log: logging.Logger, number: int, level: str | None
) -> None:
    log.log(number, "text")

    app.records()
    assert [record.severity_text for record in app.receiver.raw_records] == ([level] if level else [])


def test_named_parameters_are_kept(app: App, log: logging.Logger) -> None:
    log.info("%(a)s", {"a": 1})

    ((_, attributes),) = app.records()
    assert json.loads(attributes["braintrust.metadata"])["braintrust.template.parameter.a"] == 1


def test_what_speaks_of_the_sending_is_left_out(app: App) -> None:
    handler = BraintrustLogHandler(app.logger)

    for name in ("otel_bridge.processor", "opentelemetry.sdk", "urllib3.connectionpool", "braintrust"):
        handler.handle(logging.LogRecord(name, logging.ERROR, "f", 1, "text", (), None))

    assert app.records() == []


def test_a_record_that_cannot_be_formatted_is_the_handlers_to_tell(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = BraintrustLogHandler(app.logger)

    handler.handle(logging.LogRecord("shop", logging.ERROR, "f", 1, "%d", ("no number",), None))

    assert app.records() == []
    assert "Logging error" in capsys.readouterr().err
