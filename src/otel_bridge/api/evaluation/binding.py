"""Which arguments a user's function gets.

Source: `braintrust` 0.47.0 SDK, `framework._call_user_fn_args`, measured (spec/evaluate.md sections 1.3 and 1.4).
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_STARS: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_PLACE: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_TASK_WITH_HOOKS: Final = 2

OFFERED: Final = ("input", "expected", "metadata", "output", "trace", "id", "tags")
"""What scorers and classifiers may name, in the order in which it is given to parameters of other names."""

Parameters = Sequence[inspect.Parameter]


def parameters_of(function: Callable[..., Any]) -> Parameters | None:
    """Return the parameters of `function`; None where Python does not know them."""
    try:
        return tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


def arguments_for(parameters: Parameters | None, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a call of what has these parameters, out of those that are offered.

    | parameter | gets |
    | --- | --- |
    | of an offered name | that |
    | of another name, with a default | its default |
    | of another name | the first of what is offered and not used yet, in order |
    | `**kwargs` | all the rest |

    Where the parameters are not known, all that is offered is given.
    """
    if parameters is None:
        return dict(offered)
    left = dict(offered)
    bound: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.kind in _STARS:
            continue
        if parameter.name in left:
            bound[parameter.name] = left.pop(parameter.name)
        elif parameter.default is not inspect.Parameter.empty:
            bound[parameter.name] = parameter.default
        elif left:
            bound[parameter.name] = left.pop(next(iter(left)))
    takes_rest = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)
    return {**bound, **left} if takes_rest else bound


def wants_hooks(task: Callable[..., Any]) -> bool:
    """Tell whether a task takes the hooks: two parameters can be given by place, whatever they are called.

    Of `*args` and one more, as a decorator has them, the hooks are among the arguments.
    """
    kinds = [each.kind for each in parameters_of(task) or ()]
    by_place = sum(kind in _BY_PLACE for kind in kinds)
    return by_place == _TASK_WITH_HOOKS or (
        inspect.Parameter.VAR_POSITIONAL in kinds and len(kinds) == _TASK_WITH_HOOKS
    )


def taken_by_place(parameters: Parameters | None) -> dict[str, str]:
    """Return which of `OFFERED` goes to each parameter whose name is none of them and that has no default."""
    bound = arguments_for(parameters, {name: name for name in OFFERED})
    named = {each.name for each in parameters or () if each.default is not inspect.Parameter.empty}
    return {name: given for name, given in bound.items() if name not in {*OFFERED, *named}}
