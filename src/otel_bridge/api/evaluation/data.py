"""The cases of an evaluation, from whatever gives them, one at a time.

| `data` | cases |
| --- | --- |
| list, tuple, any other iterable, generator | its items |
| function, lambda, generator function | the items of what it returns |
| async generator, or a function that makes one | its items |
| class | the items of an instance |
| `Dataset` | its records |
| `BaseExperiment` | the roots of the base experiment |

Source: `braintrust` 0.47.0 SDK, `framework.Eval`, measured (spec/evaluate.md section 1.2).
"""

import inspect
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from otel_bridge.api.evaluation.case import EvalCase, case_of, kind_of

_DATA: Final = "it is a list or any other iterable of cases, a function or async generator that gives them, a Dataset, or BaseExperiment()"


@dataclass(slots=True)
class BaseExperiment:
    """The cases of another experiment as data: what was expected there, or else came out, is expected here.

    Attributes:
        name: of the experiment, by default the one that this one is compared with.
    """

    name: str | None = None


async def cases(data: Any) -> AsyncIterator[EvalCase[Any, Any] | Exception]:
    """Yield the cases of `data`, which is not read ahead; in the place of one that is none, why it is none.

    Raises:
        TypeError: `data` gives no cases, as an `async def` that returns a list.
    """
    called = inspect.isclass(data) or inspect.isroutine(data)
    if called:
        _check_callable(data)
    found: Any = data() if called else data
    what = f"what {_shown(data)} returned" if called else "data"
    number = 0
    async for datum in _items(found, what):
        number += 1
        try:
            yield case_of(datum, f"case {number} of the data")
        except (TypeError, AttributeError, ValueError) as error:
            yield error


async def _items(found: Any, what: str) -> AsyncIterator[Any]:
    if hasattr(found, "__aiter__"):
        async for datum in found:
            yield datum
        return
    if inspect.iscoroutine(found):
        found.close()  # the warning that nobody awaited it would say less
        raise TypeError(
            f"{what} is a coroutine, as of an `async def` that returns a list: await it before, or let it `yield` each case"
        )
    if isinstance(found, Mapping):
        raise TypeError(
            f"{what} is {kind_of(cast('object', found))}: one case stands in a list too, data=[{{...}}]"
        )
    if isinstance(found, str | bytes) or not _is_iterable(found):
        raise TypeError(f"{what} is {kind_of(found)}: {_DATA}")
    for datum in found:
        yield datum


def _is_iterable(found: Any) -> bool:
    return hasattr(found, "__iter__") or hasattr(found, "__getitem__")


def _check_callable(data: Any) -> None:
    try:
        inspect.signature(data).bind()
    except ValueError:
        return  # a built-in that does not say what it takes
    except TypeError as error:
        raise TypeError(f"data is called without arguments, and {_shown(data)} needs some: {error}") from None


def _shown(data: Any) -> str:
    return f"`{getattr(data, '__qualname__', type(data).__name__)}`"
