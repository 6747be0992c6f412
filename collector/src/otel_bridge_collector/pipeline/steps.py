"""Processors of the configuration to steps."""

from collections.abc import Callable, Mapping

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.config.processor import (
    FieldsProcessor,
    FilterProcessor,
    Processor,
    SamplingProcessor,
)
from otel_bridge_collector.deliver.step import ChangeFields, Keep, Sample, Step
from otel_bridge_collector.errors import QueryError, SettingsError
from otel_bridge_collector.pipeline.flow import Flow
from otel_bridge_collector.pipeline.row_filter import RowFilter
from otel_bridge_collector.spool.record import Signal

Price = Callable[[Row], float | None]


def build_steps(config: Config, flow: Flow, price: Price) -> Mapping[Signal, tuple[Step, ...]]:
    """Return the steps of a flow.

    Raises:
        SettingsError: a condition that cannot be used.
    """
    return {
        signal: tuple(_step(name, config.processors[name], price) for name in names)
        for signal, names in flow.items()
    }


def check_conditions(config: Config) -> None:
    """Read every condition of a configuration.

    Raises:
        SettingsError: one of them cannot be used.
    """
    for name, processor in config.processors.items():
        if isinstance(processor, FilterProcessor):
            _filter(name, processor, lambda _: None).close()


def _step(name: str, processor: Processor, price: Price) -> Step:
    match processor:
        case FilterProcessor():
            return Keep(_filter(name, processor, price))
        case SamplingProcessor():
            return Sample(processor.sampling_percentage / 100)
        case FieldsProcessor():
            values: Mapping[str, Json] = dict(processor.set)
            return ChangeFields(remove=processor.remove, rename=processor.rename, set=values)


def _filter(name: str, processor: FilterProcessor, price: Price) -> RowFilter:
    try:
        return RowFilter(processor.keep, price=price)
    except QueryError as error:
        hint = f"; {error.suggestion}" if error.suggestion else ""
        place = f" at character {error.offset + 1}" if error.offset is not None else ""
        raise SettingsError(f"processors.{name}.keep: {error}{place} of {processor.keep!r}{hint}") from error
