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
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from otel_bridge.api.evaluation.case import EvalCase, case_of


@dataclass(slots=True)
class BaseExperiment:
    """The cases of another experiment as data: what was expected there, or else came out, is expected here.

    Attributes:
        name: of the experiment, by default the one that this one is compared with.
    """

    name: str | None = None


async def cases(data: Any) -> AsyncIterator[EvalCase[Any, Any]]:
    """Yield the cases of `data`, which is not read ahead.

    Raises:
        TypeError: `data` gives no cases, as an `async def` that returns a list; or a case has no input.
        AttributeError: an item is no case at all.
    """
    found: Any = data() if inspect.isclass(data) or inspect.isroutine(data) else data
    if hasattr(found, "__aiter__"):
        async for datum in found:
            yield case_of(datum)
        return
    _close_coroutine(found)
    for datum in found:
        yield case_of(datum)


def _close_coroutine(found: Any) -> None:
    """Spare the user the warning that nobody awaited it; the error that follows says more."""
    if inspect.iscoroutine(found):
        found.close()
