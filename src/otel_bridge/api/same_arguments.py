"""Two functions of the same long list of arguments that write it down once: Braintrust's signatures stay exact for type checkers."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
Made = TypeVar("Made")
Result = TypeVar("Result")


def with_arguments_of(
    prepare: Callable[P, Made],
) -> Callable[[Callable[[Made], Result]], Callable[P, Result]]:
    """Let a function of what `prepare` makes be called with the arguments that `prepare` takes."""

    def of(run: Callable[[Made], Result]) -> Callable[P, Result]:
        def call(*args: P.args, **kwargs: P.kwargs) -> Result:
            return run(prepare(*args, **kwargs))

        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
            return await cast("Awaitable[Any]", run(prepare(*args, **kwargs)))

        # A coroutine function stays one, for those who look.
        found = cast("Callable[P, Result]", awaited) if inspect.iscoroutinefunction(run) else call
        functools.update_wrapper(found, run)
        found.__annotations__ = {**prepare.__annotations__, "return": run.__annotations__.get("return")}
        given = inspect.signature(prepare)
        found.__signature__ = given.replace(return_annotation=inspect.signature(run).return_annotation)  # type: ignore[attr-defined]  # what `inspect` looks at
        return found

    return of
