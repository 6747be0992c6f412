"""`@traced`: a span around each call of a function, with its arguments as input and its result as output.

Where it differs from Braintrust's on purpose (spec/app-api.md section 12): wrong arguments raise the error of
the function itself; `classmethod` and `staticmethod` objects may be decorated; generators keep `send`, `throw`
and their return value (`api.generators`).

Source: `braintrust` 0.47.0 SDK, `logger.traced`, measured (spec/app-api.md section 5).
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, overload

from otel_bridge.api.generators import GeneratorSpan, wrap_async_generator, wrap_generator
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.logger import current_bridge
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.recorded import STOOD_IN, replayable
from otel_bridge.api.tracing import start_told, told_by

F = TypeVar("F", bound=Callable[..., Any])


@overload
def traced(function: F, /) -> F: ...


@overload
def traced(*span_args: Any, notrace_io: bool = False, **span_kwargs: Any) -> Callable[[F], F]: ...


def traced(*span_args: Any, notrace_io: bool = False, **span_kwargs: Any) -> Any:
    """Trace a function; bare, or with the arguments of `start_span`.

    Sync and async functions, generators and async generators keep their kind. The span is named after the
    function and of type `function`, unless said otherwise by name (`type="llm"`). Where to start it is looked up at each call, so
    decorating before `init_logger` is fine; without any logger the function just runs.

    Args:
        span_args: the function, or the name of the span.
        notrace_io: True keeps arguments and result out of the span.
        span_kwargs: arguments of `start_span`.
    """
    if len(span_args) == 1 and not span_kwargs and _is_function(span_args[0]):
        return _wrapped(span_args[0], (), {}, trace_io=not notrace_io)

    def decorator(function: F) -> F:
        return cast("F", _wrapped(function, span_args, span_kwargs, trace_io=not notrace_io))

    return decorator


def _wrapped(
    function: Any, span_args: tuple[Any, ...], span_kwargs: Mapping[str, Any], *, trace_io: bool
) -> Any:
    for kind in (classmethod, staticmethod):
        if isinstance(function, kind):
            inner = cast("Any", function).__func__
            return cast("Any", kind(_wrapped(inner, span_args, span_kwargs, trace_io=trace_io)))
    call = _TracedCall(function, span_args, span_kwargs, trace_io=trace_io)
    if inspect.isasyncgenfunction(function):
        return wrap_async_generator(call.function, call.start_generator)
    if inspect.isgeneratorfunction(function):
        return wrap_generator(call.function, call.start_generator)
    return _coroutine(call) if inspect.iscoroutinefunction(function) else _function(call)


def _is_function(argument: object) -> bool:
    """Whether it may be decorated without arguments; any other single one is the name of the span."""
    return callable(argument) or isinstance(argument, classmethod | staticmethod)


class _TracedCall:
    """How the calls of one function are traced."""

    def __init__(
        self,
        function: Callable[..., Any],
        span_args: tuple[Any, ...],
        span_kwargs: Mapping[str, Any],
        *,
        trace_io: bool,
    ) -> None:
        name = getattr(function, "__name__", type(function).__name__)
        self.function, self.trace_io = function, trace_io
        self._args: tuple[Any, ...] = span_args or (() if span_kwargs.get("name") else (name,))
        self._kwargs = _with_type(span_args, span_kwargs)
        self._told: tuple[StartArguments, ParentArgument] | None = None
        self._signature = _signature(function)
        self._plain = _plain_parameters(self._signature)
        kind = str(self._span_attributes().get("type", self._kwargs.get("type")))
        if kind in STOOD_IN:
            self.function = replayable(function, kind, self._name(), self._input)

    def start(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Span:
        """Start the span of a call with these arguments; it is not current yet."""
        # Put together once, at the first call: the error of a wrong argument is that of the call.
        self._told = told = self._told or told_by(*self._args, **self._kwargs)
        span = start_told(*told)
        if self.trace_io and span is not NOOP_SPAN:
            span.log(input=self._input(args, kwargs))
        return span

    def start_generator(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> GeneratorSpan:
        """Start the span of a generator made with these arguments."""
        span = self.start(args, kwargs)
        traced = self.trace_io and span is not NOOP_SPAN
        return GeneratorSpan(span, current_bridge().settings.max_generator_items if traced else 0)

    def _name(self) -> str:
        """The name of its spans, as `start_span` reads it."""
        told = self._span_attributes().get("name") or self._kwargs.get("name")
        return str(told or self._args[0])

    def _span_attributes(self) -> Mapping[str, Any]:
        return self._kwargs.get("span_attributes") or {}

    def _input(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The arguments by name, without defaults; None where they do not fit: the call itself will say so."""
        if not kwargs and len(args) == len(self._plain):
            return dict(zip(self._plain, args, strict=True))
        if self._signature is None:
            return {"args": args, "kwargs": kwargs}
        try:
            return self._signature.bind(*args, **kwargs).arguments
        except TypeError:
            return None


def _with_type(span_args: tuple[Any, ...], span_kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    given: Mapping[str, Any] = span_kwargs.get("span_attributes") or {}
    if "type" in given or "type" in span_kwargs:
        return span_kwargs
    if len(span_args) > 1:  # a type by place, which gives way
        return {**span_kwargs, "span_attributes": {"type": "function", **given}}
    return {**span_kwargs, "type": "function"}


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None  # a builtin that does not tell


def _plain_parameters(signature: inspect.Signature | None) -> tuple[str, ...]:
    """The names of the parameters of a function that has only such as may be given by position; else none."""
    parameters = signature.parameters.values() if signature else ()
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(one.name for one in parameters) if all(one.kind in by_position for one in parameters) else ()


def _function(call: _TracedCall) -> Callable[..., Any]:
    @functools.wraps(call.function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with call.start(args, kwargs) as span:
            result = call.function(*args, **kwargs)
            if call.trace_io:
                span.log(output=result)
            return result

    return wrapper


def _coroutine(call: _TracedCall) -> Callable[..., Any]:
    @functools.wraps(call.function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        with call.start(args, kwargs) as span:
            result = await call.function(*args, **kwargs)
            if call.trace_io:
                span.log(output=result)
            return result

    return wrapper
