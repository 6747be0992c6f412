"""What `set_masking_function` was told: the function, how far it reaches, and a fingerprint of it.

It calls the function and knows neither spans nor fields; `processor.masking` does.
"""

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final, cast

MaskingFunction = Callable[..., Any]
"""Takes one decoded value and returns what is sent instead; `path` and `span` are given to one that names them."""

_OFFERED: Final = ("path", "span")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRules:
    """How values are masked.

    Attributes:
        function: what every value passes.
        fingerprint: 16 hex digits that stand for the function (`fingerprint`).
        wants: the arguments besides the value that the function names: `path`, `span`, both or none.
        span_names: whether the names of spans and events pass it too.
        resource: whether the attributes of the resource and of the scope pass it too.
        all_processors: whether the processors of others on the same provider get masked spans.
    """

    function: MaskingFunction
    fingerprint: str
    wants: frozenset[str] = frozenset()
    span_names: bool = False
    resource: bool = False
    all_processors: bool = False

    def apply(self, value: object, path: str, source: object) -> Any:
        """Return what the function makes of `value`.

        Args:
            value: decoded; JSON.
            path: where it stands: the field (`input`), the key of the attribute, or `events.NAME.KEY`.
            source: the span or log record that it belongs to.
        """
        if not self.wants:
            return self.function(value)
        known: Mapping[str, object] = {"path": path, "span": source}
        return self.function(value, **{name: known[name] for name in self.wants})


def rules_of(
    function: MaskingFunction,
    *,
    span_names: bool = False,
    resource: bool = False,
    all_processors: bool = False,
) -> MaskRules:
    """Return the rules of `function`."""
    return MaskRules(
        function=function,
        fingerprint=fingerprint(function),
        wants=_wanted(function),
        span_names=span_names,
        resource=resource,
        all_processors=all_processors,
    )


def fingerprint(function: MaskingFunction) -> str:
    """Tell functions apart without telling anything of them: 16 hex digits of a SHA-256.

    Over the module, the name and the code of a Python function, so that another body gives another
    fingerprint; of an object also over its `repr`, unless that holds an address. What a function reads from elsewhere (a closure, a global) does not count, and each minor version of Python has its own.
    """
    named = function if hasattr(function, "__qualname__") else type(function)
    parts = [f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', '')}"]
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    if isinstance(code, CodeType):
        parts += _code(code)
    text = "" if named is function else repr(function)
    if " at 0x" not in text:  # an address, other in each process
        parts.append(text)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:16]


def _code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        elif isinstance(constant, frozenset):
            yield repr(
                sorted(map(repr, cast("frozenset[object]", constant)))
            )  # its own order changes with each process
        else:
            yield repr(constant)


def _wanted(function: MaskingFunction) -> frozenset[str]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a built-in without a signature
        return frozenset()
    by_keyword = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    first = next(iter(parameters), None)
    return frozenset(
        name
        for name in _OFFERED
        if name != first and name in parameters and parameters[name].kind in by_keyword
    )
