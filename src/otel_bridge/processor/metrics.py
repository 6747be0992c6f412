"""The counts of a pipeline as OpenTelemetry metrics, under the names of the semantic conventions.

They are read when a metric reader collects, so that nothing is added to the way of a span. The components of the SDK
inside of a pipeline report none of their own (`exporter.unreported`).

Source: OpenTelemetry semantic conventions, "SDK metrics" (development), as in opentelemetry-semantic-conventions 0.66b1.
"""

import itertools
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Literal, Protocol

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from otel_bridge.processor.delivery import Counts

Signal = Literal["span", "log"]

Measure = Callable[[Counts], Iterable[tuple[int, str]]]
"""Values and, for those that are failures, their `error.type`."""

METER: Final = "otel_bridge"

_numbers: Final = {"span": itertools.count(), "log": itertools.count()}


class Counted(Protocol):
    """What is reported of: a pipeline."""

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        ...


def report(pipeline: Counted, signal: Signal, queue_size: int) -> None:
    """Let the global meter provider read the counts of `pipeline` for as long as that is there."""
    component = f"otel_bridge_{signal}_processor"
    attributes = {
        "otel.component.type": component,
        "otel.component.name": f"{component}/{next(_numbers[signal])}",
    }
    observe = partial(_observations, weakref.ref(pipeline), attributes)
    meter = metrics.get_meter(METER)
    unit = f"{{{signal}}}"
    meter.create_observable_counter(
        f"otel.sdk.processor.{signal}.processed", [partial(observe, _processed)], unit
    )
    meter.create_observable_counter(
        f"otel.sdk.exporter.{signal}.exported", [partial(observe, _exported)], unit
    )
    meter.create_observable_up_down_counter(
        f"otel.sdk.processor.{signal}.queue.size", [partial(observe, _waiting)], unit
    )
    meter.create_observable_up_down_counter(
        f"otel.sdk.processor.{signal}.queue.capacity",
        [partial(observe, lambda _: [(queue_size, "")])],
        unit,
    )


def _observations(
    pipeline: "weakref.ref[Any]", attributes: dict[str, str], measure: Measure, _options: CallbackOptions
) -> list[Observation]:
    found: Counted | None = pipeline()
    if found is None:
        return []
    return [
        Observation(value, attributes | ({"error.type": error} if error else {}))
        for value, error in measure(found.counts)
    ]


def _processed(counts: Counts) -> list[tuple[int, str]]:
    return [(counts.delivered + counts.failed, ""), (counts.queue_full, "queue_full")]


def _exported(counts: Counts) -> list[tuple[int, str]]:
    return [(counts.delivered, ""), (counts.refused, "refused"), (counts.failed - counts.refused, "_OTHER")]


def _waiting(counts: Counts) -> list[tuple[int, str]]:
    return [(counts.waiting, "")]
