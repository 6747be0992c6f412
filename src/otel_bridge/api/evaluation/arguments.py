"""What `Eval` can tell of its arguments before anything runs: each mistake is named with what was given and what is expected."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from otel_bridge.api.evaluation.case import kind_of

_EXAMPLE: Final = {"scores": "scores=[exact]", "classifiers": "classifiers=[topic]"}


def check_arguments(
    task: object, judges: Mapping[str, object], trial_count: object, max_concurrency: object, timeout: object
) -> None:
    """Check what is no matter of the single case.

    Args:
        task: as `Eval` has it.
        judges: scores and classifiers by the names of their arguments; None for none.
        trial_count: likewise.
        max_concurrency: likewise.
        timeout: likewise.

    Raises:
        TypeError: one of them is of a kind that it cannot be.
        ValueError: a number is out of range.
    """
    if not callable(task):
        raise TypeError(
            f"task is {kind_of(task)}: it is a function or coroutine that takes the input of a case"
        )
    for name, given in judges.items():
        if given is not None:
            _check_list(name, given)
    if not _is_whole(trial_count):
        raise TypeError(
            f"trial_count is {kind_of(trial_count)}: it is a whole number, how often each case runs"
        )
    _check_places(max_concurrency)
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        raise TypeError(f"timeout is {kind_of(timeout)}: it is a number of seconds, or None for no limit")


def _check_places(given: object) -> None:
    if given is None:
        return
    if not _is_whole(given):
        raise TypeError(
            f"max_concurrency is {kind_of(given)}: it is a whole number of cases, or None for all"
        )
    if cast("int", given) < 0:
        raise ValueError(f"max_concurrency is {given}: it is a number of cases, or None for all")


def _check_list(name: str, given: Any) -> None:
    if callable(given) and not isinstance(given, Iterable):
        raise TypeError(f"{name} is {kind_of(given)} alone: it is a list, also of one, {_EXAMPLE[name]}")
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise TypeError(
            f"{name} is {kind_of(cast('object', given))}: it is a list of functions, {_EXAMPLE[name]}"
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
