"""Hooks that change rows before they are sent."""

import json
from typing import Any

import pytest

import otel_bridge
from otel_bridge import SpanCustomizer, set_span_customizers, start_span
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver, attributes


class Shout(SpanCustomizer):
    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        data["output"] = str(data.get("output")).upper()
        data["id"] = "hack"
        data["span_attributes"]["name"] = "renamed"
        return data


class Broken(SpanCustomizer):
    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(f"secret {data}")


class Forgetful(SpanCustomizer):
    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        data.pop("error", None)
        return data


class Nothing(SpanCustomizer):
    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        return data and None  # type: ignore[return-value]  # the mistake is the point


def test_a_row_is_changed_and_its_identity_is_not(app: App) -> None:
    set_span_customizers([Shout()])

    start_span("a", type="tool", input=1, output="hi", id="own").end()

    row = app.row("renamed")
    assert (row["output"], row["input"], row["type"], row["id"]) == ("HI", 1, "tool", "own")
    assert app.attributes("renamed")["braintrust.parent"] == "project_name:p"


def test_v83_a_hook_that_fails_costs_the_content_and_is_told_once(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    set_span_customizers([Broken()])

    for _ in range(2):
        with pytest.raises(KeyError), start_span("a", type="tool", input="secret"):
            raise KeyError("secret")
    otel_bridge.flush()

    first, _ = app.receiver.raw_spans
    sent = attributes(first)
    assert json.loads(sent["braintrust.context_json"]) == {"customizer_error": True}
    assert json.loads(sent["braintrust.span_attributes"]) == {"type": "tool"}
    assert "secret" not in str(first)
    assert caplog.text.count("a span customizer failed (RuntimeError)") == 1
    assert "secret" not in caplog.text


@pytest.mark.usefixtures("app")
def test_a_hook_that_returns_no_row_fails(caplog: pytest.LogCaptureFixture) -> None:
    set_span_customizers([Nothing()])
    start_span("a").end()
    otel_bridge.flush()

    assert "failed (TypeError)" in caplog.text


def test_an_error_can_be_taken_out(app: App) -> None:
    set_span_customizers([Forgetful()])

    start_span("a", error="secret").end()

    assert "secret" not in str(app.attributes("a"))
    assert not app.receiver.raw_spans[0].events


def test_spans_of_others_and_of_no_hook_pass(app: App) -> None:
    set_span_customizers([Broken()])
    app.tracer.start_span("theirs", attributes={"x": 1}).end()
    otel_bridge.flush()
    set_span_customizers(None)
    start_span("ours", input=1).end()

    assert app.attributes("theirs")["x"] == 1
    assert app.row("ours")["input"] == 1


@pytest.mark.parametrize("mode", ["auto", "braintrust", "genai", "both"])
def test_messages_stay_where_the_setting_puts_them(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_CONTENT_MODE", mode)
    app = App(receiver)
    messages = [{"role": "user", "content": "hi"}]

    start_span("as it was", type="llm", input=messages).end()
    as_it_was = places(app, "as it was")
    set_span_customizers([Label()])
    start_span("changed", type="llm", input=messages).end()

    assert app.row("changed")["metadata"] == {"label": 1}
    assert places(app, "changed") == as_it_was


def places(app: App, name: str) -> set[str]:
    """The attributes that hold the input of a span."""
    return app.attributes(name).keys() & {"braintrust.input_json", "gen_ai.input.messages"}


class Label(SpanCustomizer):
    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        data["metadata"] = {"label": 1}
        return data
