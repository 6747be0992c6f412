"""Processors of the configuration to steps."""

from collections.abc import Callable, Mapping

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.config.masking import MaskingProcessor
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.config.processor import (
    FieldsProcessor,
    FilterProcessor,
    Processor,
    SamplingProcessor,
)
from otel_bridge_collector.deliver.step import ChangeFields, Keep, Sample, Step
from otel_bridge_collector.errors import QueryError, SettingsError
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.pipeline.flow import Flow
from otel_bridge_collector.pipeline.masks import MaskRows, build_rules, check_masking
from otel_bridge_collector.pipeline.row_filter import RowFilter
from otel_bridge_collector.spool.record import Signal

Price = Callable[[Row], float | None]


def build_steps(config: Config, flow: Flow, price: Price) -> Mapping[Signal, tuple[Step, ...]]:
    """Return the steps of a flow.

    Raises:
        SettingsError: a condition that cannot be used.
    """
    return {signal: tuple(_step(name, config, price) for name in names) for signal, names in flow.items()}


def request_rules(config: Config, flow: Flow) -> Mapping[Signal, RuleSet]:
    """Return the rules by which a flow masks requests that are forwarded as such, where it has some.

    Raises:
        SettingsError: a key that cannot be used.
    """
    masking: Mapping[Signal, list[str]] = {
        signal: [name for name in names if isinstance(config.processors[name], MaskingProcessor)]
        for signal, names in flow.items()
    }
    return {signal: build_rules(config, names) for signal, names in masking.items() if names}


def check_conditions(config: Config) -> None:
    """Read every condition and every masking rule of a configuration.

    Raises:
        SettingsError: one of them cannot be used.
    """
    check_masking(config)
    for name, processor in config.processors.items():
        if isinstance(processor, FilterProcessor):
            _filter(name, processor, lambda _: None).close()


def _step(name: str, config: Config, price: Price) -> Step:
    processor: Processor = config.processors[name]
    match processor:
        case FilterProcessor():
            return Keep(_filter(name, processor, price))
        case SamplingProcessor():
            return Sample(processor.sampling_percentage / 100)
        case FieldsProcessor():
            values: Mapping[str, Json] = dict(processor.set)
            return ChangeFields(remove=processor.remove, rename=processor.rename, set=values)
        case MaskingProcessor():
            return MaskRows(build_rules(config, [name]))


def _filter(name: str, processor: FilterProcessor, price: Price) -> RowFilter:
    try:
        return RowFilter(processor.keep, price=price)
    except QueryError as error:
        hint = f"; {error.suggestion}" if error.suggestion else ""
        place = f" at character {error.offset + 1}" if error.offset is not None else ""
        raise SettingsError(f"processors.{name}.keep: {error}{place} of {processor.keep!r}{hint}") from error
