"""Any Python value to bounded JSON: the first thing that happens to what a user logs.

It copies, so that the user may go on changing what was logged, and it never raises. It knows no field.

Source: `braintrust` 0.47.0 SDK, `bt_json.bt_safe_deep_copy`, measured (spec/translation.md section 1.5).
"""

import dataclasses
import json
import math
import warnings
from collections.abc import Callable, Mapping, Set
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, cast

from otel_bridge.attributes.reference import Referable
from otel_bridge.contract.kinds import MAPPINGS
from otel_bridge.contract.row import Json

MAX_DEPTH: Final = 200
"""Containers nested deeper stand as `<max depth exceeded>`."""


def to_json(value: object) -> Json:
    """Return a deep copy of `value` as JSON.

    | value | becomes |
    | --- | --- |
    | NaN, infinities | `"NaN"`, `"Infinity"`, `"-Infinity"` |
    | tuple, set | list |
    | mapping | dictionary with `str()` of its keys |
    | pydantic model | `model_dump(exclude_none=True)`; its class: the JSON schema |
    | dataclass | dictionary |
    | enum member | its value |
    | date and time | ISO 8601, as Braintrust's writes it where `orjson` is installed |
    | an attachment | the reference to it |
    | a container inside itself | `"<circular reference>"` |
    | anything else | `str()` |
    """
    if type(value) in _PLAIN:
        return cast("Json", value)
    held = [value]
    try:
        _detach_list(held, 0)
    except (_UncommonError, RecursionError):
        return _copy(value, 0, set())
    return cast("Json", held[0])


def json_bytes(value: Json) -> int:
    """Estimate what the texts of `value` take in memory, and what holds them; not `Written`, which is one for many spans."""
    if isinstance(value, str):
        return len(value)
    taken = 0
    waiting: list[Any] = [value] if isinstance(value, _HOLDING) else []
    for held in waiting:  # which grows meanwhile
        taken += PAIR_BYTES * len(held)
        items: Any = held if isinstance(held, list) else held.values()  # pyright: ignore[reportUnknownVariableType]  # `cast` is a call
        for item in items:
            if isinstance(item, str):
                taken += len(item)
            elif isinstance(item, _HOLDING) and not isinstance(item, Written):
                waiting.append(item)
    return taken


class Sized(dict[str, Json]):
    """Fields of a row, and what they take in memory.

    Attributes:
        size_bytes: see `json_bytes`.
    """

    __slots__ = ("size_bytes",)
    size_bytes: int


def snapshot(fields: Mapping[str, object]) -> Sized:
    """Return a deep copy of `fields` as JSON, see `to_json`, and its size; seen by one walk where they are JSON already."""
    given: Any = fields
    copied = Sized(given)
    try:
        copied.size_bytes = _detach_object(copied, 1)
    except (_UncommonError, RecursionError):
        copied.update({name: to_json(value) for name, value in fields.items()})
        copied.size_bytes = json_bytes(copied)
    return copied


# Values are copies that hold no cycle; what a masking function returns may, and then runs out of stack.
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)

_PLAIN: Final = frozenset({str, int, bool, type(None)})
"""The exact types that are JSON already; looking them up is several times faster than `isinstance`."""

_COMMON_DEPTH: Final = 16
"""Containers nested deeper, as those in themselves are, are left to `_copy`."""

_HOLDING: Final = (dict, list)

PAIR_BYTES: Final = 24
"""What holds a key and a value, or an item of a list; OTLP takes less for it: tags, lengths, and a number."""

# Built-in types first: those are looked up without the machinery of abstract ones.
_SEQUENCES: Final = (list, tuple, Set)
_SCALARS: Final = (float, int, str)


class Written(dict[str, Json]):
    """An object that is written again and again and never changes: its text and its twins (`attributes.twins`) are made once."""

    twins: dict[str, Any] | None = None

    @cached_property
    def text(self) -> str:
        """As `dump` writes it."""
        return dump(dict(self))


def dump(value: Json) -> str:
    """Return `value` as compact JSON text that UTF-8 can carry (a lone surrogate becomes `?`).

    Raises:
        TypeError: `value` is not JSON.
        ValueError: it holds NaN or an infinity.
        RecursionError: it holds itself.
    """
    if isinstance(value, Written):
        return value.text
    return clean(_encode(value))


def _quick_encode() -> Callable[[Json], str]:
    """Return `_ENCODER.encode` with its C part made once instead of at each value.

    That part has no documented name; where it is not there or writes something else, this is the documented one.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    tried: Json = {"a": [1, 0.5, None, True, 'é"']}
    try:
        chunks = make(
            markers=None, default=_ENCODER.default, encoder=json.encoder.encode_basestring, indent=None,
            key_separator=":", item_separator=",", sort_keys=False, skipkeys=False, allow_nan=False,
        )  # fmt: skip

        def encode(value: Json) -> str:
            return "".join(chunks(value, 0))

        return encode if encode(tried) == _ENCODER.encode(tried) else _ENCODER.encode
    except Exception:  # noqa: BLE001 - whatever an unknown version of it does
        return _ENCODER.encode


_encode: Final = _quick_encode()


def clean(text: str) -> str:
    """Return `text` with what UTF-8 cannot carry as `?`: one such character would cost the whole batch."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class _UncommonError(Exception):
    """A value is more than texts, numbers, lists and dictionaries of the built-in types."""


def _detach_object(copied: dict[str, Any], depth: int) -> int:
    """Put into a copied dictionary what `_copy` would; return what `json_bytes` would.

    Raises:
        _UncommonError: it holds something else than texts, numbers and containers of them, or itself; it is half done then.
    """
    if depth > _COMMON_DEPTH:
        raise _UncommonError
    taken = PAIR_BYTES * len(copied)
    for key, item in copied.items():
        if type(key) is not str:
            raise _UncommonError
        kind: Any = type(item)  # pyright: ignore[reportUnknownVariableType]  # `cast` is a call
        if kind is str:
            taken += len(item)
        elif kind is dict:
            copied[key] = inner = item.copy()
            taken += _detach_object(inner, depth + 1)
        elif kind is list or kind is tuple:
            copied[key] = listed = list(item)
            taken += _detach_list(listed, depth + 1)
        elif kind not in _PLAIN and (kind is not float or item - item):
            raise _UncommonError  # what is left of NaN and infinities less themselves is NaN
    return taken


def _detach_list(copied: list[Any], depth: int) -> int:  # noqa: C901 - in one: for each message, a call takes as long as the rest
    """Do the same with a copied list; a dictionary in it that holds nothing but texts, as most messages are, takes no call of its own."""
    if depth > _COMMON_DEPTH:
        raise _UncommonError
    taken = PAIR_BYTES * len(copied)
    for place, item in enumerate(copied):
        kind: Any = type(item)  # pyright: ignore[reportUnknownVariableType]  # `cast` is a call
        if kind is dict:
            copied[place] = inner = item.copy()
            texts = PAIR_BYTES * len(inner)
            for key, leaf in inner.items():
                if type(leaf) is not str or type(key) is not str:
                    texts = _detach_object(inner, depth + 1)
                    break
                texts += len(leaf)
            taken += texts
        elif kind is str:
            taken += len(item)
        elif kind is list or kind is tuple:
            copied[place] = listed = list(item)
            taken += _detach_list(listed, depth + 1)
        elif kind not in _PLAIN and (kind is not float or item - item):
            raise _UncommonError
    return taken


def _copy(value: object, depth: int, inside: set[int]) -> Json:
    if type(value) in _PLAIN:
        return cast("Json", value)
    if isinstance(value, _SCALARS):
        return _scalar(value)
    if depth >= MAX_DEPTH:
        return "<max depth exceeded>"
    if id(value) in inside:
        return "<circular reference>"
    inside.add(id(value))
    try:
        return _container(value, depth + 1, inside)
    except Exception:  # noqa: BLE001 - the value's own code may raise anything, and logging must not
        return f"<non-sanitizable: {type(value).__name__}>"
    finally:
        inside.discard(id(value))


def _scalar(value: float | str) -> Json:
    """A number that JSON has, and no subclass (an enum member, say): its code would run when it is written."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def _container(value: object, depth: int, inside: set[int]) -> Json:
    if isinstance(value, MAPPINGS):
        items = cast("Mapping[object, object]", value).items()
        return {
            _key(key): cast("Json", item) if type(item) in _PLAIN else _copy(item, depth, inside)
            for key, item in items
        }
    if isinstance(value, _SEQUENCES):
        return [_copy(item, depth, inside) for item in cast("list[object]", value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _field(value, field.name, depth, inside) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return _copy(value.value, depth, inside)
    if isinstance(value, Referable):
        return _copy(value.refer(), depth, inside)
    described = _described(value)
    return str(value) if described is None else _copy(described, depth, inside)


def _field(value: object, name: str, depth: int, inside: set[int]) -> Json:
    """One unreadable field does not cost the others."""
    try:
        return _copy(getattr(value, name), depth, inside)
    except Exception:  # noqa: BLE001 - a property may raise anything
        return f"<non-sanitizable: {type(value).__name__}.{name}>"


def _key(key: object) -> str:
    if type(key) is str:
        return key
    try:
        return str.__str__(key) if isinstance(key, str) else str(key)
    except Exception:  # noqa: BLE001 - `__str__` may raise anything
        return f"<non-stringifiable-key: {type(key).__name__}>"


def _described(value: object) -> object | None:
    """What the value says of itself, by the methods of pydantic (2, then 1) for one, or None."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, type):
        return _call(value, "model_json_schema")
    dumped = _call(value, "model_dump", exclude_none=True)
    return dumped if dumped is not None else _call(value, "dict", exclude_none=True)


def _call(value: object, method: str, **options: bool) -> object | None:
    function = cast("Callable[..., Any] | None", getattr(value, method, None))
    if not callable(function):
        return None
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
            return cast("object", function(**options))
    except (AttributeError, TypeError):
        return None
