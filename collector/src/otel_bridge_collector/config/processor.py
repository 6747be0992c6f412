"""Processors: what a configuration may do to rows on their way to a destination. It does nothing itself."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue, StringConstraints

from otel_bridge_collector.config.masking import MaskingProcessor
from otel_bridge_collector.config.section import Section

FieldPath: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^.\s][^\s]*$")]


class FilterProcessor(Section):
    """Lets rows through for which an expression is true."""

    type: Literal["filter"]
    keep: str
    """A condition as in a query (BTQL), for example `error IS NOT NULL OR scores.helpful < 0.5`."""


class SamplingProcessor(Section):
    """Lets a share of the traces through, whole ones, and the same ones in every sidecar."""

    type: Literal["probabilistic_sampler"]
    sampling_percentage: Annotated[float, Field(ge=0, le=100)]
    """How many of a hundred traces."""


class FieldsProcessor(Section):
    """Changes fields of rows; removals come first, then renames, then values that are set."""

    type: Literal["fields"]
    remove: tuple[FieldPath, ...] = ()
    """Paths that go, for example `metadata.internal`."""
    rename: Mapping[FieldPath, FieldPath] = Field(default_factory=dict[str, str])
    """Path to its new path, for example `metadata.env: metadata.environment`."""
    set: Mapping[FieldPath, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """Path to a value that it gets, for example `metadata.region: eu`."""


Processor: TypeAlias = Annotated[
    FilterProcessor | SamplingProcessor | FieldsProcessor | MaskingProcessor, Field(discriminator="type")
]
"""One step; which one its name says."""
