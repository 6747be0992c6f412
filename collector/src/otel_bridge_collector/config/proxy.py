"""The proxy of models: what it takes and keeps. Whom it asks stands in `providers`."""

from typing import Annotated

from pydantic import Field, PositiveInt

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Size


class Proxy(Section):
    """How models are asked through the sidecar."""

    max_request_size: Annotated[Size, Field(gt=0)] = 10 << 20
    """Largest request; larger ones get 413."""
    max_calls: PositiveInt = 64
    """Calls of all callers that may run at a time; more get 503."""
    max_calls_per_key: PositiveInt = 32
    """Calls that may run at a time with one key; more get 429."""
    cache_size: Size = 256 << 20
    """Bytes of answers that the cache keeps on disk, encrypted; those that were not used for longest go first. 0 for no cache."""
