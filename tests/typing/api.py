"""What type checkers make of the public API; checked by mypy, never run."""

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, assert_type

from otel_bridge import (
    BridgeSpanProcessor,
    Logger,
    Span,
    current_logger,
    current_span,
    extract_trace_context,
    init_logger,
    inject_trace_context,
    set_masking_function,
    start_span,
    traced,
)


@traced
def bare(a: int, *, b: str = "") -> list[str]:
    return [b] * a


@traced("named", type="tool", notrace_io=True)
def with_arguments(a: int) -> int:
    return a


@traced
async def coroutine(a: int) -> int:
    return a


@traced
def generator() -> Generator[int, str, bytes]:
    yield 1
    return b""


@traced(name="stream")
async def async_generator() -> AsyncGenerator[int, str]:
    yield 1


async def types() -> None:
    assert_type(bare(1, b="x"), list[str])
    assert_type(with_arguments(1), int)
    assert_type(await coroutine(1), int)
    assert_type(generator(), Generator[int, str, bytes])
    assert_type(async_generator(), AsyncGenerator[int, str])
    assert_type(traced(bare)(1), list[str])

    logger = init_logger(project="p")
    assert_type(logger, Logger)
    assert_type(current_logger(), Logger | None)
    assert_type(logger.log(input=1), str)

    with start_span("a", type="llm", input=1) as span:
        assert_type(span, Span)
        assert_type(span.start_span("b"), Span)
        assert_type(span.end(), float)
        assert_type(span.span_parents, list[str] | None)
    assert_type(current_span(), Span)
    assert_type(extract_trace_context({}), dict[str, str] | None)
    assert_type(inject_trace_context(), dict[str, Any])

    mask: Callable[[Any], Any] = str
    set_masking_function(mask)
    BridgeSpanProcessor(parent="project_name:p", filter_ai_spans=True)
