"""Components of the SDK that report no metrics of their own, because `processor.metrics` reports for the whole pipeline.

What is counted twice helps nobody: a batch that is sent again in halves, or a span that the bound of our queue drops
before theirs, would make their counts wrong.
"""

import inspect
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from opentelemetry.metrics import NoOpMeterProvider

T = TypeVar("T")


def unreported(factory: Callable[..., T]) -> Callable[..., T]:
    """Return `factory` of a component, told to report nothing, if its version of the SDK can be told."""
    if "meter_provider" in inspect.signature(factory).parameters:
        return partial(factory, meter_provider=NoOpMeterProvider())
    return factory
