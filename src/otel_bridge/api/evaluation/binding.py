"""Which arguments a user's function gets.

Source: `braintrust` 0.47.0 SDK, `framework._call_user_fn_args`, measured (spec/evaluate.md sections 1.3 and 1.4).
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_STARS: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_TASK_WITH_HOOKS: Final = 2

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
    """Tell whether a task takes the hooks: it has two parameters, whatever they are called."""
    parameters = parameters_of(task)
    return parameters is not None and len(parameters) == _TASK_WITH_HOOKS
