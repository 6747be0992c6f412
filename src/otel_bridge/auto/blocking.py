"""Keeps clients of models from being called while an evaluation replays: nothing recorded can stand in for what they return.

A row of such a client says what a convention made of the answer, which is no answer any more (decision 0021).
"""

import functools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from otel_bridge.api.recorded import Call, recorded_now
from otel_bridge.auto.linking import METHODS
from otel_bridge.errors import UnrecordedCallError


@contextmanager
def blocked_clients() -> Generator[None]:
    """Let the methods of installed clients, those of `linking.METHODS`, ask before they call, inside of the block."""
    before = [each for methods in METHODS.values() for named in methods if (each := _found(*named))]
    for owner, method, inner in before:
        setattr(
            owner, method, _asking(inner, f"{owner.__module__.partition('.')[0]} {owner.__name__}.{method}")
        )
    try:
        yield
    finally:
        for owner, method, inner in before:
            setattr(owner, method, inner)


def _found(module: str, owner: str, method: str) -> tuple[type, str, Any] | None:
    try:
        found: type = getattr(import_module(module), owner)
        return found, method, vars(found)[method]
    except (ImportError, AttributeError, KeyError):
        return None  # not installed, or a version that has no such method


def _asking(inner: Any, name: str) -> Callable[..., Any]:
    @functools.wraps(inner, updated=())  # marks of others are not ours
    def method(self: object, *args: Any, **kwargs: Any) -> Any:
        if recorded := recorded_now():
            try:
                recorded.answer(Call(kind="llm", name=name, arguments=None))
            except UnrecordedCallError as error:
                raise UnrecordedCallError(
                    f"{name} is not called in a replay: put the call into a function with @traced(type='llm') that returns"
                    " JSON, whose recorded result can stand in; --call-unrecorded calls it"
                ) from error
        return inner.__get__(self, type(self))(*args, **kwargs)

    return method
