"""Scorers and classifiers as they are given: what to call, and by which name.

Source: `braintrust` 0.47.0 SDK, `framework._scorer_name`, measured (spec/evaluate.md section 1.4).
"""

import inspect
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from otel_bridge.api.evaluation.binding import OFFERED, Parameters, parameters_of, taken_by_place
from otel_bridge.api.evaluation.case import kind_of
from otel_bridge.state import process

logger = logging.getLogger(__name__)

_SCORER: Final = "it is a function of any of input, output, expected and metadata, or an object or class that can be called so"

_LISTS: Final = {"scorer": "scores", "classifier": "classifiers"}

_METHODS = ("eval", "eval_async", "_run_eval_sync", "_run_eval_async", "__call__")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """Something to call with what a task gave.

    Attributes:
        name: of its span, and of a score that names itself nothing.
        function: what is called.
        parameters: of `function`; None where they are not known.
    """

    name: str
    function: Callable[..., Any]
    parameters: Parameters | None


def scorers_of(given: Sequence[Any], kind: str = "scorer") -> list[Scorer]:
    """Return scorers, or classifiers, as they are called; those of one name are warned of, once.

    Args:
        given: functions, objects, or classes of objects that can be made without arguments.
        kind: what a lambda is called, with its number.

    Raises:
        TypeError: an instance of a class could not be made, or cannot be called.
    """
    found = [_scorer(each, index, kind) for index, each in enumerate(given)]
    for each in found:
        _warn_of_places(each)
    names = [each.name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1} - process.warned)
    if twice:
        process.warned.update(twice)
        logger.warning("several %ss have one name, the last one's score counts: %s", kind, ", ".join(twice))
    return found


def _warn_of_places(scorer: Scorer) -> None:
    """Say what parameters get whose names say nothing, once for each scorer: they hardly mean that."""
    taken = taken_by_place(scorer.parameters)
    kind = f"places of {scorer.name}"
    if not taken or kind in process.warned:
        return
    process.warned.add(kind)
    logger.warning(
        "%s takes what is none of %s: %s",
        scorer.name,
        ", ".join(OFFERED),
        ", ".join(f"{name!r} gets {given}" for name, given in taken.items()),
    )


def _scorer(given: Any, index: int, kind: str) -> Scorer:
    if not (callable(given) or callable(getattr(given, "eval_async", None))):
        return Scorer(
            name=type(given).__name__, function=_complaint(f"{_LISTS[kind]}[{index}]", given), parameters=None
        )
    one: Any = given() if inspect.isclass(given) and _has_own_method(given) else given
    function: Callable[..., Any] = getattr(one, "eval_async", one)
    return Scorer(name=_name(one, index, kind), function=function, parameters=parameters_of(function))


def _complaint(which: str, given: Any) -> Callable[..., Any]:
    """What stands for one that cannot be called: it says so for each case, as Braintrust's does, and the others go on."""

    def complain(**offered: Any) -> Any:
        del offered
        raise TypeError(f"{which} is {kind_of(given)}, which cannot be called: {_SCORER}")

    return complain


def _has_own_method(given: type[Any]) -> bool:
    """Whether instances can score; the class itself can always be called."""
    return any(callable(inspect.getattr_static(given, name, None)) for name in _METHODS)


def _name(one: Any, index: int, kind: str) -> str:
    told = cast("Callable[[], str] | None", getattr(one, "_name", None))
    if callable(told):
        return str(told())
    name = str(getattr(one, "__name__", type(one).__name__))
    return f"{kind}_{index}" if name == "<lambda>" else name
