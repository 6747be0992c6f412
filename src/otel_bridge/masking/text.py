"""Apply maskers of text to every text in a value, at any depth, keys included.

A masker is called with a decoded value and may stand wherever a masking function may. This module knows no
pattern.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from otel_bridge.masking.rules import MaskingFunction, rules_of

Replace = Callable[[str], str]

MAX_DEPTH: Final = 200
"""Values nested deeper than this are given up: the masker raises, and so nothing of the value leaves."""


@dataclass(frozen=True, slots=True)
class Masker:
    """What `secrets()` and the like return: call it with a value, or give it to `combine`.

    Attributes:
        name: says in the proof which masker it is, with its arguments.
        replace: takes a text and returns it masked.
        numbers: whether whole numbers are looked at as text too; one that is found becomes text.
        hides: tells of a key whether its value is replaced as a whole, whatever it is.
        mask: what stands for such a value.
    """

    name: str
    replace: Replace = field(repr=False)
    numbers: bool = field(default=False, repr=False)
    hides: Callable[[str], bool] | None = field(default=None, repr=False)
    mask: str = field(default="", repr=False)

    def __call__(self, value: Any, path: str = "") -> Any:
        """Return `value` masked; `path` is where it stands.

        Raises:
            RecursionError: it is nested deeper than `MAX_DEPTH`.
        """
        key = path.rpartition(".")[2]
        return self.mask if self._hidden(key, value) else self._masked(value, 0)

    def _masked(self, value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise RecursionError("nested too deep to be masked")
        if isinstance(value, str):
            return self.replace(value)
        if isinstance(value, Mapping):
            return self._mapping(cast("Mapping[object, object]", value), depth)
        if isinstance(value, list | tuple):
            return [self._masked(item, depth + 1) for item in cast("list[object]", value)]
        if self.numbers and isinstance(value, int) and not isinstance(value, bool):
            text = str(value)
            masked = self.replace(text)
            return value if masked == text else masked
        return value

    def _mapping(self, value: Mapping[object, object], depth: int) -> dict[str, Any]:
        masked: dict[str, Any] = {}
        for key, item in value.items():
            shown = self.replace(str(key))
            while shown in masked:  # two keys that are masked alike stay two
                shown += "'"
            masked[shown] = self.mask if self._hidden(str(key), item) else self._masked(item, depth + 1)
        return masked

    def _hidden(self, key: str, value: object) -> bool:
        return bool(
            self.hides and key and value is not None and not isinstance(value, bool) and self.hides(key)
        )


class Combined:
    """What `combine` returns: masking functions, one after the other; each gets what the one before it returned."""

    def __init__(self, functions: Sequence[MaskingFunction]) -> None:
        self._rules = [rules_of(function) for function in functions]

    def __call__(self, value: Any, path: str = "", span: object = None) -> Any:
        """Return `value` masked by all."""
        for rules in self._rules:
            value = rules.apply(value, path, span)
        return value

    def __repr__(self) -> str:
        return f"combine({', '.join(rules.fingerprint for rules in self._rules)})"


def combine(*functions: MaskingFunction) -> Combined:
    """Return a masking function that lets a value pass `functions`, in this order.

    Each is a masker or any other masking function. Where one raises, the value does not leave.
    """
    return Combined(functions)
