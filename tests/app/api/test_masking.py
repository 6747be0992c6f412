"""Setting the masking function; what it does is tested with the processor."""

import otel_bridge
from tests.support.app import App


def test_s52_what_was_logged_before_is_masked_too(app: App) -> None:
    app.logger.log(input="secret")
    otel_bridge.set_masking_function(lambda _: "M")

    assert app.row("root")["input"] == "M"


def test_s52_none_switches_masking_off(app: App) -> None:
    otel_bridge.set_masking_function(lambda _: "M")
    otel_bridge.set_masking_function(None)
    app.logger.log(input="open")

    assert app.row("root")["input"] == "open"
