"""Recorded answers in the place of calls, while an evaluation replays what was traced; elsewhere calls are made.

It stands between `traced` and the function, so that spans of a replay are those of any run. It knows no trace and asks nobody.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Protocol

STOOD_IN: Final = frozenset({"tool", "llm"})
"""Types of spans whose calls reach out of the code that is tried; all other functions run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that would be made.

    Attributes:
        kind: type of its span.
        name: of its span.
        arguments: by name, as the span has them as input; None where they are not known.
    """

    kind: str
    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call gave when it was recorded: JSON, of a generator the list of its values."""

    output: Any


class Recorded(Protocol):
    """The recorded calls of one case."""

    def answer(self, call: Call) -> Answer | None:
        """Return what a call gave; None where it may be made.

        Raises:
            RecordedError: it failed then.
            UnrecordedCallError: it was not recorded, and may not be made.
        """
        ...


_recorded: ContextVar[Recorded | None] = ContextVar("otel_bridge.recorded", default=None)


@contextmanager
def standing_in(recorded: Recorded | None) -> Generator[None]:
    """Let the calls inside be answered by `recorded`; None changes nothing."""
    token = _recorded.set(recorded)
    try:
        yield
    finally:
        _recorded.reset(token)


def recorded_now() -> Recorded | None:
    """Return what answers calls here; None where they are made."""
    return _recorded.get()


def replayable(
    function: Callable[..., Any],
    kind: str,
    name: str,
    arguments_of: Callable[[tuple[Any, ...], Mapping[str, Any]], Mapping[str, Any] | None],
) -> Callable[..., Any]:
    """Return what calls the function, or gives what a call of it gave when it was recorded.

    Args:
        function: a function, a coroutine function, a generator function or an async one.
        kind: type of its span.
        name: of its span.
        arguments_of: returns the arguments of a call by name.
    """
    given = _shaped(function)

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        recorded = _recorded.get()
        if recorded is None:
            return function(*args, **kwargs)
        answer = recorded.answer(Call(kind=kind, name=name, arguments=arguments_of(args, kwargs)))
        return function(*args, **kwargs) if answer is None else given(answer.output)

    return called


def _shaped(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return what makes of an output what the function itself would return."""
    if inspect.isasyncgenfunction(function):
        return _async_values
    if inspect.isgeneratorfunction(function):
        return _values
    return _awaitable if inspect.iscoroutinefunction(function) else _itself


def _itself(output: Any) -> Any:
    return output


async def _awaitable(output: Any) -> Any:
    return output


def _values(output: Any) -> Generator[Any]:
    yield from output


async def _async_values(output: Any) -> AsyncGenerator[Any]:
    for value in output:
        yield value
