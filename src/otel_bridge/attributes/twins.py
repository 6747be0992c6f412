"""Fields of a row as the standard attributes that repeat them (`contract.twins`): which values those can hold.

Pure rules, no JSON text.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, cast

from otel_bridge.contract.kinds import MAPPINGS
from otel_bridge.contract.row import Json

AttributeValue: TypeAlias = str | bool | int | float | Sequence[str]

_HELD: Final = (str, bool, float)

_INT64: Final = 2**63


def read_twins(twins: Mapping[str, str], value: Json) -> dict[str, AttributeValue]:
    """Return those of `twins` that `value`, a field, gives a value that an attribute can hold."""
    if value is None or not isinstance(value, MAPPINGS):
        return {}
    found: dict[str, AttributeValue] = {}
    for attribute, key in twins.items():
        if key in value and (held := attribute_value(value[key])) is not None:
            found[attribute] = held
    return found


def attribute_value(value: Json) -> AttributeValue | None:
    """Return `value` if an OTel attribute can hold it without JSON text, else None."""
    if isinstance(value, _HELD):
        return value
    if isinstance(value, int):
        # A number that protobuf's int64 cannot hold would cost the whole batch.
        return value if -_INT64 <= value < _INT64 else None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return cast("list[str]", value)
    return None
