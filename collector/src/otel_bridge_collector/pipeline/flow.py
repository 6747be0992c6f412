"""Which exporter gets which signals, and through which processors. It builds nothing."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from otel_bridge_collector.config.check import pipelines_of
from otel_bridge_collector.config.component import type_of
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.spool.record import Signal

Flow: TypeAlias = Mapping[Signal, tuple[str, ...]]
"""Signal -> names of the processors, in order."""

STORE: Final = "store"

_SIGNALS: Final[Mapping[tuple[str, str], Signal]] = {
    ("traces", "otlp"): "traces",
    ("traces", "braintrust"): "rows",
    ("logs", "otlp"): "logs",
}
"""Type of the pipeline and receiver -> signal of the spool."""


def flows(config: Config) -> dict[str, Flow]:
    """Return the flow of each exporter but the store, which gets everything; without pipelines the others do too."""
    names = [name for name in config.exporters if name != STORE]
    done = at_door(config)
    pipelines = pipelines_of(config)
    if not pipelines:
        return {name: dict.fromkeys(_SIGNALS.values(), ()) for name in names}
    found: dict[str, dict[Signal, tuple[str, ...]]] = {name: {} for name in names}
    for kind, pipeline in pipelines.items():
        signals: list[Signal] = [
            signal
            for receiver in pipeline.receivers
            if (signal := _SIGNALS.get((type_of(kind), receiver))) is not None
        ]
        for name in pipeline.exporters:
            if name in found:
                left = tuple(each for each in pipeline.processors if each not in done)
                found[name].update((signal, left) for signal in signals)
    return dict(found)


def at_door(config: Config) -> tuple[str, ...]:
    """Return the masking processors in pipelines with the store: they mask all that comes in, before it is kept."""
    named = [
        name
        for pipeline in pipelines_of(config).values()
        if STORE in pipeline.exporters
        for name in pipeline.processors
        if type_of(name) == "masking"
    ]
    return tuple(dict.fromkeys(named))
