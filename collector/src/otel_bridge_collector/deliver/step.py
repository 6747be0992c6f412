"""Steps that rows go through on their way to a destination: chosen, sampled, changed. They send nothing.

A step says which rows it lets through, and how a row looks behind it. Masking rules fit in as one more step.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, cast

from otel_bridge.contract.row import Json, Row

RowFilter: TypeAlias = Callable[[Sequence[Row]], Sequence[bool]]
"""Tells for each row whether a condition is true."""

_HASH_BYTES: Final = 7


class Step(Protocol):
    """One step."""

    @property
    def selects(self) -> bool:
        """Whether it lets only some rows through."""
        ...

    def select(self, rows: Sequence[Row]) -> Sequence[bool]:
        """Tell which of some whole rows it lets through."""
        ...

    def shape(self, row: Row) -> Row:
        """Return a row, whole or an update to one, as it is behind the step."""
        ...


def passing(steps: Sequence[Step], rows: Sequence[Row]) -> list[bool]:
    """Tell which of some whole rows get through all steps."""
    result = [True] * len(rows)
    for step in steps:
        if step.selects:
            chosen = step.select(rows)
            result = [so_far and one for so_far, one in zip(result, chosen, strict=True)]
        rows = [step.shape(row) for row in rows]
    return result


def shaped(steps: Sequence[Step], row: Row) -> Row:
    """Return a row as it is behind all steps."""
    for step in steps:
        row = step.shape(row)
    return row


def is_sampled(trace_id: str, share: float) -> bool:
    """Tell whether a trace is among a share of all traces.

    By a hash of the id, so that every sidecar says the same, ids of any form are spread evenly, and a sampler in the app,
    which decides by the id itself, has no say in it.
    """
    digest = hashlib.blake2b(trace_id.encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") < share * (1 << 8 * _HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Keep:
    """Lets through for what a condition is true."""

    condition: RowFilter
    selects: bool = True

    def select(self, rows: Sequence[Row]) -> Sequence[bool]:
        """See `Step`."""
        return self.condition(rows)

    def shape(self, row: Row) -> Row:
        """See `Step`."""
        return row


@dataclass(frozen=True, slots=True)
class Sample:
    """Lets a share of the traces through; a row without a trace counts as a trace of its own.

    Attributes:
        share: from 0 to 1.
    """

    share: float
    selects: bool = True

    def select(self, rows: Sequence[Row]) -> Sequence[bool]:
        """See `Step`."""
        return [is_sampled(str(row.get("root_span_id") or row.get("id")), self.share) for row in rows]

    def shape(self, row: Row) -> Row:
        """See `Step`."""
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFields:
    """Changes fields by their dotted paths: removes, then renames, then sets."""

    remove: Sequence[str] = ()
    rename: Mapping[str, str]
    set: Mapping[str, Json]
    selects: bool = False

    def select(self, rows: Sequence[Row]) -> Sequence[bool]:
        """See `Step`."""
        return [True] * len(rows)

    def shape(self, row: Row) -> Row:
        """See `Step`."""
        changed: dict[str, Json] = dict(cast("Mapping[str, Json]", row))
        for path in self.remove:
            changed = _without(changed, path.split("."))
        for old, new in self.rename.items():
            steps = old.split(".")
            if (value := _at(changed, steps)) is not _ABSENT:
                changed = _with(_without(changed, steps), new.split("."), cast("Json", value))
        for path, value in self.set.items():
            changed = _with(changed, path.split("."), value)
        return cast("Row", changed)


_ABSENT: Final = object()


def _at(value: Json, steps: Sequence[str]) -> object:
    for step in steps:
        if not isinstance(value, Mapping) or step not in value:
            return _ABSENT
        value = value[step]
    return value


def _without(row: Mapping[str, Json], steps: Sequence[str]) -> dict[str, Json]:
    step, *below = steps
    inner = row.get(step)
    if not below:
        return {key: value for key, value in row.items() if key != step}
    return {**row, step: _without(inner, below)} if isinstance(inner, Mapping) else dict(row)


def _with(row: Mapping[str, Json], steps: Sequence[str], value: Json) -> dict[str, Json]:
    step, *below = steps
    inner = row.get(step)
    if not below:
        return {**row, step: value}
    return {**row, step: _with(inner if isinstance(inner, Mapping) else {}, below, value)}
