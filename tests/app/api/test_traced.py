"""Decorated functions (spec/app-api.md section 13, by number)."""

import asyncio
import functools
import inspect
import re
from collections.abc import Callable

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan

from otel_bridge import current_span, start_span, traced
from tests.support.app import App


def test_arguments_are_the_input_and_the_result_is_the_output(app: App) -> None:  # V42
    @traced
    def f(a: int, b: int = 2, *c: int, k: int = 9, **d: int) -> int:
        return a + b + k + sum(c) + sum(d.values())

    assert f(1) == 12
    assert app.row("f") == {"type": "function", "input": {"a": 1}, "output": 12}

    f(1, 3, 4, k=5, z=6)
    assert app.row("f")["input"] == {"a": 1, "b": 3, "c": [4], "k": 5, "d": {"z": 6}}


def test_arguments_of_the_decorator_are_those_of_start_span(app: App) -> None:
    @traced("named", type="tool", tags=["t"])
    def f() -> None: ...

    f()

    assert app.row("named") == {"type": "tool", "input": {}, "tags": ["t"]}


def test_a_type_in_the_span_attributes_wins(app: App) -> None:
    attributes = {"type": "llm", "x": 1}

    @traced(name="named", span_attributes=attributes)
    def f() -> None: ...

    f()

    assert app.row("named") == {"type": "llm", "x": 1, "input": {}}
    assert attributes == {"type": "llm", "x": 1}


def test_input_and_output_can_be_kept_out(app: App) -> None:  # V43
    @traced(notrace_io=True)
    def f(secret: str) -> str:
        return secret

    f("x")

    assert app.row("f") == {"type": "function"}


def test_wrong_arguments_raise_the_error_of_the_function(app: App) -> None:  # V44, other text
    @traced
    def f(a: int) -> int:
        return a

    with pytest.raises(TypeError, match=r"f\(\) takes 1 positional argument but 2 were given"):
        f(1, 2)  # type: ignore[call-arg]  # wrong on purpose

    assert app.attributes("f")["error.type"] == "TypeError"


def test_what_the_function_raises_is_the_error_and_the_input_stays(app: App) -> None:
    @traced
    def f(a: int) -> int:
        raise LookupError(f"no {a}")

    with pytest.raises(LookupError):
        f(1)

    assert app.row("f") == {"type": "function", "input": {"a": 1}}
    assert app.attributes("f")["error.type"] == "LookupError"


def test_a_stack_trace_has_one_frame_of_ours_for_each_call_as_braintrusts_has(app: App) -> None:
    @traced(name="inner")
    def inner() -> None:
        raise LookupError("no")

    @traced(name="outer")
    def outer() -> None:
        inner()

    with pytest.raises(LookupError):
        outer()
    app.attributes("outer")

    frames = {
        span.name: re.findall(r", in (\w+)$", _stack_trace(span), re.MULTILINE)
        for span in app.receiver.raw_spans
    }
    assert frames == {"inner": ["wrapper", "inner"], "outer": ["wrapper", "outer", "wrapper", "inner"]}


def _stack_trace(span: SentSpan) -> str:
    (event,) = span.events
    return {pair.key: pair.value.string_value for pair in event.attributes}["exception.stacktrace"]


def test_what_the_function_changes_in_its_arguments_is_not_the_input(app: App) -> None:
    @traced
    def f(a: list[int]) -> list[int]:
        a.append(2)
        return a

    f([1])

    assert app.row("f")["input"] == {"a": [1]}
    assert app.row("f")["output"] == [1, 2]


def test_calls_nest(app: App) -> None:
    @traced
    def inner() -> None:
        current_span().log(metadata={"x": 1})

    @traced
    def outer() -> str:
        inner()
        return current_span().span_id

    assert app.parent_of("inner" if (outer_id := outer()) else "") == outer_id
    assert app.row("inner")["metadata"] == {"x": 1}


def test_a_coroutine_function_stays_one(app: App) -> None:
    @traced
    async def f(a: int) -> int:
        await asyncio.sleep(0)
        return a + 1

    assert inspect.iscoroutinefunction(f)
    assert asyncio.run(f(1)) == 2
    assert app.row("f") == {"type": "function", "input": {"a": 1}, "output": 2}


def test_methods_are_traced_whichever_way_round(app: App) -> None:
    class C:
        @traced
        def plain(self, a: int) -> int:
            return a

        @traced
        @classmethod
        def of_class(cls, a: int) -> int:
            return a

        @classmethod
        @traced
        def of_class_inside(cls, a: int) -> int:
            return a

        @traced
        @staticmethod
        def static(a: int) -> int:
            return a

        def __str__(self) -> str:
            return "<C>"

    assert (C().plain(1), C.of_class(2), C.of_class_inside(3), C().static(4)) == (1, 2, 3, 4)
    assert app.row("plain")["input"] == {"self": "<C>", "a": 1}
    assert app.row("of_class")["output"] == 2
    assert app.row("of_class_inside")["output"] == 3
    assert app.row("static")["input"] == {"a": 4}


def test_no_name_is_the_name_of_no_function(app: App) -> None:
    @traced(None)
    def add(a: int) -> int:
        return a + 1

    assert add(1) == 2
    assert app.row("root") == {"type": "function", "input": {"a": 1}, "output": 2}


def test_a_callable_without_a_name_is_named_after_its_class(app: App) -> None:
    f = traced(functools.partial(int, base=2))

    assert f("11") == 3
    assert app.row("partial")["output"] == 3


def test_a_function_that_does_not_tell_its_arguments_is_traced(app: App) -> None:
    f: Callable[..., int] = traced(max)

    assert f(1, 2) == 2
    assert app.row("max")["input"] == {"args": [1, 2], "kwargs": {}}


def test_the_logger_is_looked_up_at_each_call(app: App) -> None:
    @traced
    def f() -> str:
        return current_span().span_id

    with start_span("a") as a:
        assert f() != ""

    assert app.parent_of("f") == a.span_id


def test_without_a_logger_the_function_just_runs() -> None:  # V76
    @traced
    def f(a: int, b: int) -> tuple[int, int]:
        return a, b

    assert f(1, 2) == (1, 2)


def test_the_function_keeps_its_name_and_signature() -> None:
    @traced(name="other")
    def f(a: int) -> int:
        """What it does."""
        return a

    assert (f.__name__, f.__doc__) == ("f", "What it does.")
    assert list(inspect.signature(f).parameters) == ["a"]


def test_a_type_by_place_gives_way_to_that_of_functions_as_at_braintrust(app: App) -> None:
    @traced("named", "llm")
    def call() -> None:
        """Do nothing."""

    call()

    assert app.row("named")["type"] == "function"


@pytest.mark.usefixtures("app")
def test_wrong_arguments_of_the_decorator_raise_at_each_call() -> None:
    @traced("named", name="twice")
    def call() -> None:
        """Do nothing."""

    for _ in range(2):
        with pytest.raises(TypeError):
            call()
