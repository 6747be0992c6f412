"""The vectors of Braintrust's behaviour (spec/app-api.md section 13): each test is named after the one that it holds to.

Where we differ on purpose (docs/app-api.md), the test holds the difference. What is not here: 12 to 14, 32, 71 and 72 as rows
(tests/compat), 40 and 84 (test_threads), 52 and 53 (masking), 54 to 56 (test_attachments), 57 to 64 (auto/test_vectors), 68
and 69 (test_application_log), 75 (test_experiment_now), 79 to 82 (e2e, test_variables, test_bridge), 83 (test_customizing),
85 (test_logger), 86 (test_link), 87 (test_otel). 88 is out: Braintrust's pytest plugin makes an experiment of marked tests,
ours gives a test its rows (tests/plugins).
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan

import otel_bridge
from otel_bridge import (
    NOOP_SPAN,
    current_span,
    extract_trace_context,
    init_logger,
    start_span,
    state,
    traced,
    update_span,
)
from otel_bridge.contract.slug import SlugError
from tests.support.app import App

pytestmark = pytest.mark.usefixtures("app")


def sent(app: App, name: str) -> SentSpan:
    """The sent span of that name."""
    otel_bridge.flush()
    (found,) = [span for span in app.receiver.raw_spans if span.name == name]
    return found


def times(app: App, name: str) -> tuple[float, float]:
    """Start and end of the sent span of that name, in seconds."""
    span = sent(app, name)
    return span.start_time_unix_nano / 1e9, span.end_time_unix_nano / 1e9


def error_of(app: App, name: str) -> str:
    """The stack trace of the sent span of that name."""
    (event,) = sent(app, name).events
    return {pair.key: pair.value.string_value for pair in event.attributes}["exception.stacktrace"]


def is_update(app: App) -> dict[str, Any]:
    """The attributes of the one update record."""
    ((name, attributes),) = app.records()
    assert name == "braintrust.update"
    return attributes


def test_v01_a_row_at_once_is_a_root(app: App) -> None:
    app.logger.log(input=1, output=2)

    assert app.row("root") == {"input": 1, "output": 2, "type": "task"}
    assert app.parent_of("root") == ""


def test_v02_outside_of_spans_the_current_one_is_none() -> None:
    span = current_span()

    assert (span.id, span.export(), span.span_id) == ("", "", "")


def test_v03_what_is_logged_is_merged(app: App) -> None:
    with start_span("a", input={"x": 1}) as s:
        s.log(output=2, metadata={"k": 1})
        s.log(metadata={"j": 2}, scores={"z": True})

    row = app.row("a")
    assert (row["input"], row["output"], row["type"]) == ({"x": 1}, 2, "task")
    assert (row["metadata"], row["scores"]) == ({"k": 1, "j": 2}, {"z": 1})


def test_v04_v05_names_without_a_name(app: App) -> None:
    root = start_span()
    child = root.start_span()

    assert root.name == "root"
    assert child.name.startswith("test_v04_v05_names_without_a_name:test_vectors.py:")
    child.end()
    assert "type" not in app.row(child.name)


@pytest.mark.parametrize(
    ("start", "logged", "ends", "returned", "expected"),
    [
        pytest.param(None, {}, [100.0, 200.0], [100.0, 100.0], (None, 100.0), id="v07"),
        pytest.param(5.0, {}, [7.5], [7.5], (5.0, 7.5), id="v09"),
        pytest.param(None, {"metrics": {"end": 123}}, [456.0], [123.0], (None, 123.0), id="v11"),
    ],
)
def test_times(
    app: App, start: float | None, logged: dict[str, Any], ends: list[float], returned: list[float],
    expected: tuple[float | None, float],
) -> None:  # fmt: skip
    span = start_span("a", start_time=start, **logged)

    assert [span.end(end) for end in ends] == returned
    begin, end = times(app, "a")
    assert (expected[0] or begin, expected[1]) == (begin, end)


def test_v06_a_second_end_is_the_first_one(app: App) -> None:
    span = start_span("a")

    assert span.end() == span.end()
    assert len(app.records()) == 0


def test_v08_an_end_of_zero_is_now() -> None:
    assert abs(start_span("a").end(0) - time.time()) < 60


def test_v10_logged_times_win(app: App) -> None:
    span = start_span("a", start_time=5, metrics={"start": 1, "end": 9})

    assert span.end() == 9
    assert app.row("a")["metrics"] == {"start": 1}
    assert times(app, "a")[1] == 9


@pytest.mark.parametrize("flushed", [pytest.param(False, id="v12"), pytest.param(True, id="v13")])
def test_what_is_logged_after_the_end_is_an_update(app: App, flushed: bool) -> None:  # noqa: FBT001 - a case
    span = start_span("a")
    span.end()
    if flushed:
        otel_bridge.flush()

    span.log(output="late", metrics={"tok": 1})

    attributes = is_update(app)
    assert attributes["braintrust.output_json"] == '"late"'
    assert attributes["braintrust.metrics"] == '{"tok":1}'


def test_v15_what_was_logged_does_not_change_with_its_source(app: App) -> None:
    source = {"x": 1}
    span = start_span("a", input=source)
    source["x"] = 2
    span.end()

    assert app.row("a")["input"] == {"x": 1}


def test_v16_a_span_that_has_ended_is_not_current_again() -> None:
    with start_span("a") as span:
        assert current_span() is span
    with span:
        assert current_span() is NOOP_SPAN


def test_v17_the_inner_exit_ends_the_span() -> None:
    with start_span("a") as span:
        with span:
            assert current_span() is span
        assert current_span() is NOOP_SPAN


@pytest.mark.parametrize(
    ("error", "last"),
    [
        pytest.param(KeyError("k"), "KeyError: 'k'", id="v18"),
        pytest.param(SystemExit(3), "SystemExit: 3", id="v19"),
    ],
)
def test_what_is_raised_is_the_error(app: App, error: BaseException, last: str) -> None:
    with pytest.raises(type(error)), start_span("a"):
        raise error

    assert error_of(app, "a").rstrip().endswith(last)


def test_v20_what_is_raised_replaces_what_was_logged(app: App) -> None:
    with pytest.raises(ValueError, match="why"), start_span("a", error="mine"):
        raise ValueError("why")

    assert "error" not in app.row("a")
    assert error_of(app, "a").rstrip().endswith("ValueError: why")


def test_v21_a_span_that_is_not_current_has_no_children_by_itself() -> None:
    with start_span("p") as p, start_span("c", set_current=False), start_span("g") as g:
        pass

    assert g.span_parents == [p.span_id]


def test_v22_a_span_is_current_between_set_and_unset() -> None:
    span = start_span("s")
    span.set_current()
    child = start_span("c")
    span.unset_current()

    assert child.span_parents == [span.span_id]
    assert current_span() is NOOP_SPAN


def test_v23_a_current_span_that_ends_is_passed_over() -> None:
    span = start_span("s")
    span.set_current()
    span.end()

    assert current_span() is NOOP_SPAN


def test_v24_a_span_that_ends_elsewhere_is_passed_over() -> None:
    span = start_span("s")
    span.set_current()
    thread = threading.Thread(target=span.end)
    thread.start()
    thread.join()

    assert current_span() is NOOP_SPAN


def test_v25_unset_without_set_leaves_the_outer_span() -> None:
    other = start_span("other")
    with start_span("p") as p:
        other.unset_current()
        assert current_span() is p


def test_v26_v27_an_explicit_parent_wins() -> None:
    with start_span("p") as p:
        slug = p.export()

    outside = start_span("outside", parent=slug)
    with start_span("q"):
        inside = start_span("inside", parent=slug)

    assert outside.span_parents == inside.span_parents == [p.span_id]
    assert outside.root_span_id == inside.root_span_id == p.root_span_id


def test_v28_the_slug_of_a_logger_gives_a_root_without_type(app: App) -> None:
    start_span("a", parent=app.logger.export()).end()

    assert "type" not in app.row("a")
    assert app.parent_of("a") == ""


def test_v29_the_slug_of_another_project_is_obeyed(app: App) -> None:
    other = init_logger(project="q", set_current=False, tracer_provider=app.provider)
    slug = other.start_span("p").export()

    with start_span("q"):
        start_span("c", parent=slug).end()

    assert app.attributes("c")["braintrust.parent"] == "project_name:q"


def test_v30_a_parent_that_is_no_slug_raises() -> None:
    with pytest.raises(SlugError, match="not properly encoded"):
        start_span("a", parent="garbage")


def test_v31_v32_the_app_may_choose_the_id_of_a_row(app: App) -> None:
    first, second, other = start_span("a", id="dup"), start_span("b", id="dup"), start_span("c", id=5)
    for span in (first, second, other):
        span.end()

    assert (first.id, second.id) == ("dup", "dup")
    assert app.row("a")["id"] == app.row("b")["id"] == "dup"
    assert len(first.span_id) == 16
    assert other.id == other.span_id


def test_v33_v34_fields_that_are_not_known(app: App) -> None:
    span = start_span("a")
    span.log(foo=1)
    with pytest.raises(TypeError, match="id"):
        span.log(id="x")
    span.end()

    assert app.row("a")["foo"] == 1


def test_v35_ids_that_opentelemetry_does_not_have_raise(app: App) -> None:
    with pytest.raises(ValueError, match="hex digits"):
        app.logger.start_span(span_id="abc", root_span_id="def")


def test_v36_attributes_are_changed(app: App) -> None:
    span = start_span("a", type="llm", span_attributes={"x": 1})
    span.set_attributes(name="e", type="tool", span_attributes={"y": 2, "x": None})
    span.end()

    row = app.row("e")
    assert (row["type"], row["x"], row["y"], span.name) == ("tool", 1, 2, "e")


def test_v37_span_attributes_win(app: App) -> None:
    start_span("a", type="weird", span_attributes={"type": "override", "name": "n2"}).end()

    assert app.row("n2")["type"] == "override"


def test_v38_a_propagated_event_wins_in_all_descendants(app: App) -> None:
    event = {"metadata": {"u": 1}}
    with start_span("p", propagated_event=event), start_span("c", metadata={"u": 2}), start_span("g"):
        pass

    assert app.row("c")["metadata"] == app.row("g")["metadata"] == {"u": 1}
    assert event == {"metadata": {"u": 1}}


def test_v39_children_of_an_ended_span_keep_it() -> None:
    p = start_span("p")
    p.end()

    assert p.start_span("c").span_parents == [p.span_id]


def test_v41_tasks_inherit_the_current_span() -> None:
    async def work(name: str) -> Any:
        await asyncio.sleep(0)
        with start_span(name) as span:
            await asyncio.sleep(0)
            return span.span_parents

    async def main() -> Any:
        with start_span("p") as p:
            return p, await asyncio.gather(work("a"), work("b"))

    p, parents = asyncio.run(main())
    assert parents == [[p.span_id]] * 2


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        pytest.param((1,), {}, {"a": 1}, id="few"),
        pytest.param(
            (1, 3, 4), {"k": 5, "z": 6}, {"a": 1, "b": 3, "c": [4], "d": {"z": 6}, "k": 5}, id="all"
        ),
    ],
)
def test_v42_the_arguments_are_the_input(app: App, args: Any, kwargs: Any, expected: Any) -> None:
    @traced
    def f(a: int, b: int = 2, *c: int, k: int = 9, **d: int) -> int:
        return a + b + sum(c) + k + sum(d.values())

    f(*args, **kwargs)

    assert (app.row("f")["input"], app.row("f")["type"]) == (expected, "function")


def test_v43_arguments_and_result_may_stay_out(app: App) -> None:
    traced("quiet", notrace_io=True)(lambda secret: secret)("s")

    assert not {"input", "output"} & app.row("quiet").keys()


def test_v44_wrong_arguments_raise_the_functions_own_error(app: App) -> None:
    @traced
    def f(a: int) -> int:
        return a

    with pytest.raises(TypeError, match=r"takes 1 positional argument but 2 were given"):
        f(1, 2)  # type: ignore[call-arg]  # the mistake is the point

    assert "TypeError" in error_of(app, "f")


def test_v45_a_generator_gives_its_values_and_keeps_its_result(app: App) -> None:
    results: list[str] = []

    @traced
    def gen() -> Generator[int, None, str]:
        yield from range(3)
        return "ret"

    def consumer() -> Generator[int]:
        results.append((yield from gen()))

    seen = [(value, current_span()) for value in consumer()]

    assert seen == [(value, NOOP_SPAN) for value in range(3)]
    assert (app.row("gen")["output"], results) == ([0, 1, 2], ["ret"])


def test_v46_a_generator_that_is_closed_early_is_no_error(app: App) -> None:
    @traced
    def gen() -> Generator[int]:
        yield 1
        yield 2

    values = gen()
    next(values)
    values.close()

    row = app.row("gen")
    assert (row["output"], row["metadata"]) == ([1], {"braintrust.generator_closed": True})
    assert not sent(app, "gen").events


def test_v47_r10_an_async_generator_that_is_left_leaves_nothing_current(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    @traced
    async def agen() -> AsyncGenerator[int]:
        for value in range(5):
            with start_span("inside"):
                yield value

    async def main() -> None:
        values = agen()
        async for value in values:
            if value:
                break
        assert current_span() is NOOP_SPAN
        await asyncio.create_task(values.aclose())

    asyncio.run(main())

    assert app.row("agen")["output"] == [0, 1]
    assert "detach" not in caplog.text


def test_v48_a_generator_that_raises_has_error_and_output(app: App) -> None:
    @traced
    def gen() -> Generator[int]:
        yield 1
        raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        list(gen())

    assert app.row("gen")["output"] == [1]
    assert "ValueError: why" in error_of(app, "gen")


def test_v49_above_the_limit_there_is_no_output_and_one_warning(
    receiver: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("BRAINTRUST_MAX_GENERATOR_ITEMS", "2")
    app = App(receiver)

    @traced
    def gen() -> Generator[int]:
        yield from range(5)

    list(gen())

    assert "output" not in app.row("gen")
    assert caplog.text.count("gave more than 2 values") == 1


def test_v50_headers_lead_back() -> None:
    with start_span("p") as p:
        headers = p.inject({"Baggage": "k=v"})

    child = start_span("c", parent=extract_trace_context(headers))

    assert headers["baggage"] == "k=v,braintrust.parent=project_name%3Ap"
    assert set(headers) == {"baggage", "traceparent"}
    assert (child.span_parents, child.root_span_id) == ([p.span_id], p.root_span_id)


def test_v51_headers_that_say_not_sampled_are_obeyed(app: App) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    span = start_span("a", parent={"traceparent": traceparent, "tracestate": "a=b"})
    again = span.inject()
    span.end()
    otel_bridge.flush()

    assert span.span_parents == ["b7ad6b7169203331"]
    assert (again["traceparent"][-2:], again["tracestate"]) == ("00", "a=b")
    assert app.receiver.raw_spans == []


def test_v65_feedback_says_what_it_is_told(app: App) -> None:
    app.logger.log_feedback("r", scores={"s": 1}, comment="", tags=["t"], expected=[1], metadata={"m": 1})

    ((name, attributes),) = app.records()
    assert name == "braintrust.feedback"
    assert {key: value for key, value in attributes.items() if "fact" not in key and "parent" not in key} == {
        "braintrust.feedback.id": "r",
        "braintrust.feedback.source": "external",
        "braintrust.feedback.scores": '{"s":1}',
        "braintrust.feedback.expected_json": "[1]",
        "braintrust.feedback.metadata": '{"m":1}',
        "braintrust.feedback.tags": ["t"],
        "braintrust.feedback.comment": "",
    }


def test_v66_v67_rows_at_once_beside_spans_must_be_meant(app: App) -> None:
    with start_span("p") as p:
        with pytest.raises(Exception, match="Cannot run toplevel `log` method while using spans"):
            app.logger.log(input=1)
        app.logger.log(input=1, allow_concurrent_with_spans=True)

    assert app.parent_of("root") == ""
    assert sent(app, "root").trace_id.hex() != p.root_span_id


def test_v70_another_loggers_span_nests_in_its_own_project(app: App) -> None:
    other = init_logger(project="q", set_current=False, tracer_provider=app.provider)

    with start_span("p") as p:
        other.start_span("c").end()

    assert app.attributes("c")["braintrust.parent"] == "project_name:q"
    assert (app.parent_of("c"), app.row("c")["type"]) == (p.span_id, "task")


def test_v71_rows_are_updated_by_slug_and_by_id(app: App) -> None:
    span = start_span("a", id="r")
    span.end()

    update_span(span.export(), output=5)
    app.logger.update_span("r", metadata={"m": 1})

    told = [attributes for _, attributes in app.records()]
    assert [attributes["braintrust.row_id"] for attributes in told] == ["r", "r"]
    assert (told[0]["braintrust.output_json"], told[1]["braintrust.metadata"]) == ("5", '{"m":1}')


def test_v72_v73_objects_merge_lists_do_not(app: App) -> None:
    with start_span("a", output={"a": 1, "l": [1, 2]}, tags=["a"], metadata={"a": 1}) as span:
        span.log(output={"b": 2, "l": [3]}, tags=["b", "a"], metadata={"a": None}, input=None)

    row = app.row("a")
    assert (row["output"], row["tags"], row["metadata"]) == (
        {"a": 1, "b": 2, "l": [3]},
        ["a", "b"],
        {"a": None},
    )
    assert "input" not in row


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x00\xff", "b'\\x00\\xff'"),
        ({1}, [1]),
        ((1,), [1]),
        (float("nan"), "NaN"),
        ({1: 2}, {"1": 2}),
    ],
)
def test_v74_values_that_are_no_json(app: App, value: object, expected: object) -> None:
    start_span("a", input=value).end()

    assert app.row("a")["input"] == expected


def test_v76_without_a_logger_functions_run_and_slugs_lead_somewhere(app: App) -> None:
    slug = app.logger.export()
    state.logger_here.set(None)
    state.process.logger = None

    assert traced(lambda: 5)() == 5
    assert start_span("a") is NOOP_SPAN
    assert start_span("b", parent=slug) is not NOOP_SPAN


def test_v77_spans_of_both_kinds_are_one_tree(app: App) -> None:
    with start_span("bt1") as outer, app.tracer.start_as_current_span("otel") as between:
        current_span().log(output="by the adapter")
        with start_span("bt2") as inner:
            pass

    assert inner.root_span_id == outer.root_span_id
    assert app.parent_of("otel") == outer.span_id
    assert inner.span_parents == [f"{between.get_span_context().span_id:016x}"]
    assert (app.row("otel")["output"], app.row("bt2")["type"]) == ("by the adapter", "task")
