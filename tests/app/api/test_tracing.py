"""Where a span goes when nobody names a logger (spec/app-api.md section 13, by number)."""

import asyncio
import contextvars
import threading
from typing import Any

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context

import otel_bridge
from otel_bridge import NOOP_SPAN, current_span, init_logger, parent_context, start_span
from otel_bridge.api.tracing import start_told, told_by
from otel_bridge.contract.slug import SlugError
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_nothing_is_current_where_nothing_was_started() -> None:  # V2
    assert current_span() is NOOP_SPAN


def test_without_a_logger_there_is_no_span() -> None:  # V76
    assert start_span("a") is NOOP_SPAN


def test_a_slug_is_enough_to_start_a_span(app: App) -> None:  # V76, V27
    with start_span("p") as p:
        slug = p.export()
    with start_span("q"), start_span("c", parent=slug) as child:
        pass

    assert (child.span_parents, child.root_span_id) == ([p.span_id], p.root_span_id)
    assert app.parent_of("c") == p.span_id


def test_a_slug_of_another_project_is_obeyed(app: App) -> None:  # V29
    other = init_logger(project="other", set_current=False, tracer_provider=app.provider)
    with start_span("q"), start_span("c", parent=other.export()):
        pass

    assert app.attributes("c")["braintrust.parent"] == "project_name:other"


def test_the_slug_of_a_logger_starts_a_root_without_a_type(app: App) -> None:  # V28
    start_span(parent=app.logger.export()).end()

    assert app.row("root") == {}
    assert app.parent_of("root") == ""


@pytest.mark.usefixtures("app")
def test_text_that_is_no_slug_raises_at_the_call() -> None:  # V30
    with pytest.raises(SlugError, match="not properly encoded"):
        start_span("a", parent="garbage")


def test_headers_without_a_project_use_the_current_logger(app: App) -> None:  # V51
    headers = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01", "tracestate": "a=b"}

    with start_span("a", parent=headers) as span:
        carrier = span.inject()

    assert span.span_parents == [SPAN_ID]
    assert app.attributes("a")["braintrust.parent"] == "project_name:p"
    assert carrier["tracestate"] == "a=b"


def test_roots_start_where_the_parent_context_says(app: App) -> None:
    with start_span("p") as p:
        slug = p.export()

    with parent_context(slug), start_span("c") as c, start_span("g") as g:
        pass
    with start_span("q") as q:
        pass

    assert c.span_parents == [p.span_id]
    assert g.span_parents == [c.span_id]
    assert q.span_parents is None
    assert app.parent_of("q") == ""


def test_a_thread_has_no_current_span_and_the_same_logger(app: App) -> None:  # V40
    parents: list[list[str] | None] = []

    def work() -> None:
        with start_span("in thread") as span:
            parents.append(span.span_parents)

    with start_span("p") as p:
        for target in (work, contextvars.copy_context().copy().run):
            thread = threading.Thread(target=target, args=(work,) if target is not work else ())
            thread.start()
            thread.join()

    assert parents == [None, [p.span_id]]
    assert app.attributes("in thread")["braintrust.parent"] == "project_name:p"


@pytest.mark.usefixtures("app")
def test_tasks_are_children_of_the_span_they_were_made_in() -> None:  # V41
    async def work(name: str) -> list[str] | None:
        with start_span(name) as span:
            await asyncio.sleep(0)
            return span.span_parents

    async def main() -> list[list[str] | None]:
        with start_span("p") as p:
            found = await asyncio.gather(work("a"), work("b"))
        return [*found, [p.span_id]]

    first, second, expected = asyncio.run(main())

    assert first == second == expected


def test_spans_of_others_and_ours_are_one_tree(app: App) -> None:  # V77
    with (
        start_span("bt1") as first,
        app.tracer.start_as_current_span("otel") as otel,
        start_span("bt2") as second,
    ):
        pass

    assert app.parent_of("otel") == first.span_id
    assert second.span_parents == [trace.format_span_id(otel.get_span_context().span_id)]
    assert second.root_span_id == first.root_span_id
    assert app.row("bt2") == {"type": "task"}
    assert app.attributes("otel")["braintrust.parent"] == "project_name:p"


def test_a_span_of_another_project_nests_and_goes_there(app: App) -> None:  # V70
    other = init_logger(project="other", set_current=False, tracer_provider=app.provider)
    with start_span("p") as p, other.start_span("c") as c:
        pass

    assert c.span_parents == [p.span_id]
    assert app.row("c") == {"type": "task"}
    assert app.attributes("c")["braintrust.parent"] == "project_name:other"


def test_a_span_of_others_is_a_parent_without_any_logger(receiver: OtlpReceiver) -> None:
    run_program(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        trace.set_tracer_provider(TracerProvider())
        with trace.get_tracer("t").start_as_current_span("otel"), otel_bridge.start_span("ours"):
            pass
        """,
        receiver,
    )

    ours, theirs = receiver.raw_spans
    assert ours.parent_span_id == theirs.span_id


def test_an_app_with_a_processor_of_its_own_needs_no_logger(receiver: OtlpReceiver) -> None:
    run_program(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        trace.set_tracer_provider(TracerProvider())
        trace.get_tracer_provider().add_span_processor(
            otel_bridge.BridgeSpanProcessor(parent="project_name:wired")
        )
        @otel_bridge.traced
        def work():
            pass
        work()
        """,
        receiver,
    )

    assert [span.name for span in receiver.raw_spans] == ["work"]
    assert receiver.spans["work"]["braintrust.parent"] == "project_name:wired"


def test_what_the_app_put_into_the_baggage_reaches_the_children(app: App) -> None:
    with start_span("p"):
        otel_context.attach(baggage.set_baggage("tenant", "t"))
        with start_span("c"):
            assert baggage.get_baggage("tenant") == "t"

    assert app.parent_of("c") != ""


def test_arguments_that_mean_nothing_here_are_no_fields(app: App) -> None:
    start_span("a", state=object(), internal={"x": 1}).end()

    assert app.row("a") == {"type": "task"}


def test_headers_are_written_for_the_current_span(app: App) -> None:
    with start_span("a") as span:
        carrier = otel_bridge.inject_trace_context()

    assert span.span_id in carrier["traceparent"]
    assert otel_bridge.inject_trace_context({"a": "b"}) == {"a": "b"}
    assert app.parent_of("a") == ""


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        pytest.param(("n",), {}, id="name"),
        pytest.param(("n", "tool", {"x": 1}, 12.5, False), {}, id="by place"),
        pytest.param(
            (), {"name": "n", "type": "llm", "propagated_event": {"metadata": {"a": 1}}}, id="by name"
        ),
        pytest.param(("n",), {"state": 1, "internal": 2, "input": 3, "id": "own"}, id="fields"),
        pytest.param(("n",), {"parent": {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}}, id="parent"),
    ],
)
def test_what_is_put_together_beforehand_starts_the_same_span(
    app: App, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    first = start_span(*args, **kwargs)
    first.end(20)
    plainly = app.row("n")

    second = start_told(*told_by(*args, **kwargs))
    second.end(20)

    assert app.row("n") == plainly
    assert second.span_parents == first.span_parents
