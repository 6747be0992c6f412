"""Quotas: how much each caller may send in a second. It counts nothing."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field, PositiveFloat

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size

Rate: TypeAlias = Annotated[Size, Field(gt=0)]
"""Bytes in a second."""


class Rates(Section):
    """What one caller may send; without a rate, as much as it wants."""

    bytes_per_second: Rate | None = None
    """Of requests, decompressed; who sends more gets 429 or RESOURCE_EXHAUSTED and comes back."""
    spans_per_second: PositiveFloat | None = None
    """Spans, log records and rows together, likewise."""


class Quotas(Rates):
    """What every caller may send that has no rates of its own; no quota unless told otherwise."""

    burst: Annotated[Duration, Field(gt=0)] | None = None
    """Who was silent may send what these seconds allow at once."""
    keys: Mapping[str, Rates] = Field(default_factory=dict[str, Rates])
    """Name or id of a key to what its bearer may send, instead of the above."""
    projects: Mapping[str, Rates] = Field(default_factory=dict[str, Rates])
    """Name or id of a project to what all that send to it alone may send together, instead of the above."""
