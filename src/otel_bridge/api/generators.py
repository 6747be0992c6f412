"""Traced generators: a span from the first value to the last, current only while the generator's own code runs.

Between two values the consumer has its own context back, so its spans are not caught under the generator's and
nothing is left current when it stops half-way. `send`, `throw`, `close` and the return value pass through.

Source: Python's PEP 380 ("yield from") and PEP 525; spec/app-api.md sections 5 and 12.
"""

import functools
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from opentelemetry import context as otel_context

from otel_bridge.api.interface import Span

logger = logging.getLogger(__name__)

CLOSED: Final = "braintrust.generator_closed"
"""Key of `metadata` that says that the consumer did not want all values."""


Start = Callable[[tuple[Any, ...], Mapping[str, Any]], "GeneratorSpan"]
"""Starts the span of a call with these arguments."""


class GeneratorSpan:
    """The span of one generator, and what it gave so far.

    Args:
        span: started, not current.
        limit: values that are kept as output, -1 for all; above it there is no output, and one warning.
    """

    def __init__(self, span: Span, limit: int) -> None:
        self._span, self._limit = span, limit
        self._values: list[Any] = []
        self._too_many = limit == 0
        self._context = otel_context.get_current()
        with self.running():
            span.set_current()

    @contextmanager
    def running(self) -> Generator[None]:
        """Lend the generator its context, with what its code made current in it."""
        outer = otel_context.get_current()
        otel_context.attach(self._context)
        try:
            yield
        finally:
            self._context = otel_context.get_current()
            otel_context.attach(outer)

    def keep(self, value: object) -> None:
        """Keep a value for the output."""
        if self._too_many:
            return
        if self._limit != -1 and len(self._values) >= self._limit:
            self._too_many = True
            logger.warning("a generator gave more than %d values, its output is not logged", self._limit)
            return
        self._values.append(value)

    def finish(self) -> None:
        """End the span after the last value."""
        self._log_output()
        self._exit(None)

    def close(self) -> None:
        """End the span because the consumer wants no more; that is no error."""
        self._log_output()
        self._span.log(metadata={CLOSED: True})
        self._exit(None)

    def fail(self, error: BaseException) -> None:
        """End the span with what the generator raised, after the values so far."""
        if self._values:
            self._log_output()
        self._exit(error)

    @contextmanager
    def failing(self) -> Generator[None]:
        """End the span with what is raised inside."""
        try:
            yield
        except BaseException as error:
            self.fail(error)
            raise

    def _log_output(self) -> None:
        if not self._too_many:
            self._span.log(output=self._values)

    def _exit(self, error: BaseException | None) -> None:
        with self.running():
            self._span.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)


def wrap_generator(
    function: Callable[..., Generator[Any, Any, Any]], start: Start
) -> Callable[..., Generator[Any, Any, Any]]:
    """Return a generator function that passes `function` through, its code running inside a span."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        span = start(args, kwargs)
        with span.failing():
            generator = function(*args, **kwargs)
        resume = partial(next, generator)
        while True:
            try:
                with span.running():
                    value = resume()
            except StopIteration as stop:
                span.finish()
                return stop.value
            except BaseException as error:
                span.fail(error)
                raise
            span.keep(value)
            try:
                resume = partial(generator.send, (yield value))
            except GeneratorExit:
                with span.failing(), span.running():
                    generator.close()
                span.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 - it is the generator's to handle
                resume = partial(generator.throw, thrown)

    return wrapper


def wrap_async_generator(
    function: Callable[..., AsyncGenerator[Any, Any]], start: Start
) -> Callable[..., AsyncGenerator[Any, Any]]:
    """Return an async generator function that passes `function` through, its code running inside a span."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        span = start(args, kwargs)
        with span.failing():
            generator = function(*args, **kwargs)
        resume = partial(anext, generator)
        while True:
            try:
                with span.running():
                    value = await resume()
            except StopAsyncIteration:
                span.finish()
                return
            except BaseException as error:
                span.fail(error)
                raise
            span.keep(value)
            try:
                resume = partial(generator.asend, (yield value))
            except GeneratorExit:
                with span.failing(), span.running():
                    await generator.aclose()
                span.close()
                raise
            except BaseException as thrown:  # noqa: BLE001 - it is the generator's to handle
                resume = partial(generator.athrow, thrown)

    return wrapper
