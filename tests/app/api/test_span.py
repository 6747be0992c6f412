"""One span: what it logs, when it ends, what is current (spec/app-api.md section 13, by number)."""

import threading
import time

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import TraceFlags

import otel_bridge
from otel_bridge import NOOP_SPAN, current_span, start_span
from otel_bridge.contract.slug import SpanComponents
from tests.support.app import App
from tests.support.otlp_receiver import attributes

pytestmark = pytest.mark.usefixtures("app")


def test_what_is_logged_merges_into_one_row(app: App) -> None:  # V3
    with start_span("a", input={"x": 1}) as span:
        span.log(output=2, metadata={"k": 1})
        span.log(metadata={"j": 2}, scores={"z": True}, tags=["t"])

    assert app.row("a") == {
        "type": "task",
        "input": {"x": 1},
        "output": 2,
        "metadata": {"k": 1, "j": 2},
        "scores": {"z": 1},
        "tags": ["t"],
    }


def test_a_span_without_a_name_is_root_or_the_place_in_the_app(app: App) -> None:  # V4, V5
    with start_span() as outer, start_span() as inner:
        pass

    assert outer.name == "root"
    assert inner.name.startswith("test_a_span_without_a_name_is_root_or_the_place_in_the_app:test_span.py:")
    assert app.row("root") == {"type": "task"}
    assert app.row(inner.name) == {}


def test_the_second_end_changes_nothing(app: App) -> None:  # V6, V7
    span = start_span("a", start_time=5)

    assert (span.end(100), span.end(200), span.close()) == (100, 100, 100)
    otel_bridge.flush()
    (sent,) = app.receiver.raw_spans
    assert (sent.start_time_unix_nano, sent.end_time_unix_nano) == (5 * 10**9, 100 * 10**9)


def test_zero_is_no_time() -> None:  # V8
    assert start_span("a").end(0) == pytest.approx(time.time(), abs=60)


def test_logged_times_win(app: App) -> None:  # V10
    span = start_span("a", start_time=5, metrics={"start": 1, "end": 9, "tok": 3})

    assert span.end() == 9
    assert app.row("a")["metrics"] == {"start": 1, "tok": 3}
    assert app.receiver.raw_spans[0].end_time_unix_nano == 9 * 10**9


def test_a_logged_end_ends_the_being_current() -> None:  # V11
    with start_span("a") as span:
        span.log(metrics={"end": 123.0})

        assert current_span() is NOOP_SPAN
        assert span.end(456) == 123


def test_what_is_logged_after_the_end_is_an_update_of_the_row(app: App) -> None:  # V12, V13
    span = start_span("a", id="mine")
    span.end()

    span.log(output="late", metrics={"tok": 1})

    assert app.records() == [
        (
            "braintrust.update",
            {
                "braintrust.output_json": '"late"',
                "braintrust.metrics": '{"tok":1}',
                "braintrust.row_id": "mine",
                "braintrust.parent": "project_name:p",
            },
        ),
    ]
    assert app.receiver.raw_records[0].span_id.hex() == span.span_id
    assert app.receiver.raw_records[0].trace_id.hex() == span.root_span_id


def test_what_the_app_changes_after_logging_is_not_seen(app: App) -> None:  # V15
    value = {"a": [1]}
    with start_span("a", input=value):
        value["a"].append(2)

    assert app.row("a")["input"] == {"a": [1]}


def test_a_span_that_is_entered_again_after_its_end_is_not_current(app: App) -> None:  # V16
    span = start_span("a")
    with span:
        assert current_span() is span
    with span, start_span("next"):
        assert current_span() is not span

    assert app.parent_of("next") == ""


def test_a_span_that_is_entered_twice_is_not_current_after_the_inner_exit() -> None:  # V17
    span = start_span("a")
    with span:
        with span:
            pass
        assert current_span() is NOOP_SPAN


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), SystemExit(3), KeyboardInterrupt()],
    ids=["KeyError", "SystemExit", "KeyboardInterrupt"],
)
def test_what_is_raised_inside_is_the_error(app: App, error: BaseException) -> None:  # V18, V19
    with pytest.raises(type(error)), start_span("a"):
        raise error

    app.attributes("a")
    (sent,) = app.receiver.raw_spans
    (event,) = sent.events
    assert sent.status.code == Status.STATUS_CODE_ERROR
    assert sent.status.message == f"{type(error).__name__}: {error}"
    assert attributes(sent)["error.type"] == type(error).__name__
    assert attributes(event)["exception.stacktrace"].startswith("Traceback (most recent call last)")


def test_what_is_raised_wins_over_a_logged_error(app: App) -> None:  # V20
    with pytest.raises(KeyError), start_span("a", error="mine"):
        raise KeyError("x")

    assert "error" not in app.row("a")
    assert len(app.receiver.raw_spans[0].events) == 1


def test_a_logged_error_is_the_error(app: App) -> None:
    with start_span("a") as span:
        span.log(error={"code": 7})

    assert app.row("a")["error"] == {"code": 7}
    (sent,) = app.receiver.raw_spans
    assert (sent.status.code, sent.status.message) == (Status.STATUS_CODE_ERROR, '{"code":7}')
    assert attributes(sent.events[0]) == {"exception.message": '{"code":7}'}


def test_a_span_that_may_not_be_current_has_no_children_by_being_there() -> None:  # V21
    with start_span("p") as p, start_span("c", set_current=False) as c, start_span("g") as g:
        assert current_span() is g

    assert c.span_parents == [p.id]
    assert g.span_parents == [p.id]


def test_a_span_is_made_current_by_hand() -> None:  # V22
    span = start_span("s")
    span.set_current()
    child = start_span("c")
    span.unset_current()

    assert child.span_parents == [span.span_id]
    assert current_span() is NOOP_SPAN


def test_an_ended_span_is_not_current() -> None:  # V23
    span = start_span("s")
    span.set_current()

    span.end()

    assert current_span() is NOOP_SPAN


def test_a_span_that_another_thread_ends_is_not_current_here() -> None:  # V24
    span = start_span("s")
    span.set_current()

    thread = threading.Thread(target=span.end)
    thread.start()
    thread.join()

    assert current_span() is NOOP_SPAN


def test_taking_off_a_span_that_was_not_current_leaves_the_current_one() -> None:  # V25
    with start_span("p") as p:
        start_span("other").unset_current()

        assert current_span() is p


def test_the_app_chooses_the_id_of_the_row(app: App) -> None:  # V31
    with start_span("a", id="my-id") as a, start_span("b", id=5) as b:
        pass

    assert (a.id, b.id) == ("my-id", b.span_id)
    assert app.row("a")["id"] == "my-id"
    assert "id" not in app.row("b")


@pytest.mark.parametrize("name", ["id", "span_id", "root_span_id", "span_parents"])
def test_ids_cannot_be_logged(name: str) -> None:  # V33
    with start_span("a") as span, pytest.raises(TypeError):
        span.log(**{name: "x"})


def test_a_field_of_any_name_is_part_of_the_row(app: App) -> None:  # V34
    with start_span("a", bar=2) as span:
        span.log(foo=1)

    assert app.row("a") == {"type": "task", "foo": 1, "bar": 2}


def test_attributes_of_the_span_merge(app: App) -> None:  # V36
    with start_span("s", type="llm", span_attributes={"x": 1}) as span:
        span.set_attributes(name="e", type="tool", span_attributes={"y": 2, "x": None})
        assert span.name == "e"

    assert app.row("e") == {"type": "tool", "x": 1, "y": 2}


def test_span_attributes_win_over_name_and_type(app: App) -> None:  # V37
    with start_span("n1", type="weird", span_attributes={"type": "override", "name": "n2"}) as span:
        assert span.name == "n1"

    assert app.row("n2") == {"type": "override"}


def test_a_propagated_event_is_inherited_and_wins(app: App) -> None:  # V38
    event = {"metadata": {"u": 1}}
    with (
        start_span("p", propagated_event=event),
        start_span("c", metadata={"u": 2, "own": 3}),
        start_span("g"),
    ):
        pass

    assert app.row("c")["metadata"] == {"u": 1, "own": 3}
    assert app.row("g")["metadata"] == {"u": 1}
    assert event == {"metadata": {"u": 1}}


def test_an_ended_span_has_children(app: App) -> None:  # V39
    parent = start_span("p")
    parent.end()
    with parent.start_span("c") as child:
        pass

    assert child.span_parents == [parent.span_id]
    assert app.parent_of("c") == parent.span_id


def test_the_trace_goes_on_in_another_process() -> None:  # V26, V50
    with start_span("p") as p:
        carrier = p.inject({"Baggage": "k=v"})
        slug = p.export()

    by_headers = start_span("h", parent=otel_bridge.extract_trace_context(carrier))
    by_slug = start_span("s", parent=slug)

    assert carrier["baggage"] == "k=v,braintrust.parent=project_name%3Ap"
    assert by_headers.span_parents == by_slug.span_parents == [p.span_id]
    assert by_headers.root_span_id == by_slug.root_span_id == p.root_span_id


def test_a_slug_says_what_descendants_inherit(app: App) -> None:
    with start_span("p", propagated_event={"metadata": {"u": 1}}) as p:
        slug = p.export()
    with start_span("c", parent=slug):
        pass

    assert SpanComponents.decode(slug).propagated_event == {"metadata": {"u": 1}}
    assert app.row("c")["metadata"] == {"u": 1}


def test_feedback_names_the_span(app: App) -> None:
    with start_span("a") as span:
        span.log_feedback(scores={"good": 1}, comment="nice")

    ((event_name, sent),) = app.records()
    assert event_name == "braintrust.feedback"
    assert sent["braintrust.feedback.id"] == span.id
    assert app.receiver.raw_records[0].span_id.hex() == span.span_id


def test_an_llm_span_is_a_client(app: App) -> None:
    start_span("a", type="llm").end()

    app.attributes("a")
    assert app.receiver.raw_spans[0].kind == trace.SpanKind.CLIENT.value + 1


def test_a_span_that_others_ended_sends_its_row_as_an_update(app: App) -> None:
    with start_span("a", input=1):
        trace.get_current_span().end()

    ((event_name, sent),) = app.records()
    assert (event_name, sent["braintrust.input_json"]) == ("braintrust.update", "1")


def test_a_span_that_is_not_sampled_costs_nothing_and_has_its_ids(app: App) -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    otel_bridge.init_logger(project="q", tracer_provider=provider)

    with start_span("a", input=1) as span:
        span.log(output=2)
        assert current_span() is span
    span.log(output=3)
    span.log_feedback(comment="c")

    assert SpanComponents.decode(span.export()).span_id == span.span_id
    assert int(span.inject()["traceparent"][-2:], 16) & TraceFlags.SAMPLED == 0
    assert app.records() == []
    assert app.receiver.spans == {}


def test_a_length_limit_leaves_valid_json(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "30")
    app = App(app.receiver)
    start_span("a", input="x" * 100, output="short").end()

    sent = app.attributes("a")
    assert sent["braintrust.input_json"] == '{"_truncated":true}'
    assert sent["braintrust.output_json"] == '"short"'


def test_a_tiny_length_limit_leaves_valid_json(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10")
    app = App(app.receiver)
    start_span("a", input="x" * 100).end()

    assert app.attributes("a")["braintrust.input_json"] == "{}"


def test_logging_works_after_the_provider_was_shut_down(app: App) -> None:
    span = start_span("a")
    app.provider.shutdown()

    span.log(output=1)
    span.end()

    assert app.receiver.spans == {}


def test_text_that_utf_8_cannot_carry_does_not_cost_the_batch(app: App) -> None:
    with pytest.raises(ValueError, match="bad"), start_span("a\ud800", tags=["\ud800"]):
        raise ValueError("bad \ud800")

    assert "a?" in app.receiver.spans or app.attributes("a?")


def test_a_span_is_a_span() -> None:
    assert isinstance(NOOP_SPAN, otel_bridge.Span)


def test_s28_tags_inside_a_trace_are_put_on_its_root(app: App, caplog: pytest.LogCaptureFixture) -> None:
    with start_span("root", tags=["a"]), start_span("inner", tags=["b"]) as inner:
        inner.log(tags=["c"], output=1)
        with app.tracer.start_as_current_span("theirs"), start_span("deep") as deep:
            deep.log(tags=["d"])

    assert app.row("root")["tags"] == ["a", "b", "c", "d"]
    assert ("tags" in app.row("inner"), app.row("inner")["output"], "tags" in app.row("deep")) == (
        False,
        1,
        False,
    )
    assert caplog.text.count("tags are of a whole trace") == 1


def test_s28_tags_after_the_root_has_ended_update_it(app: App) -> None:
    root = start_span("root")
    inner = root.start_span("inner")
    root.end()

    inner.log(tags=["late"])

    ((name, attributes),) = app.records()
    assert (name, attributes["braintrust.tags"]) == ("braintrust.update", ["late"])


def test_tags_of_a_span_below_a_remote_one_stay(app: App) -> None:
    with start_span("caller") as caller:
        slug = caller.export()

    start_span("served", parent=slug, tags=["t"]).end()

    assert app.row("served")["tags"] == ["t"]


def test_the_ids_of_a_root_may_be_chosen(app: App) -> None:
    root = app.logger.start_span("a", span_id="ab" * 8, root_span_id="cd" * 16)
    child = root.start_span("b")

    assert (root.span_id, root.root_span_id) == ("ab" * 8, "cd" * 16)
    assert (child.span_parents, child.root_span_id) == (["ab" * 8], "cd" * 16)
    assert child.span_id != root.span_id
    with pytest.raises(ValueError, match="root_span_id is no id"):
        app.logger.start_span("c", root_span_id="def")
