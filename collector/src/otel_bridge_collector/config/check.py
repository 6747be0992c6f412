"""Checks across sections: what pipelines name is there, and does what they ask of it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from otel_bridge_collector.config.component import type_of
from otel_bridge_collector.config.document import Path
from otel_bridge_collector.config.fault import Fault, suggestion
from otel_bridge_collector.config.masking import MaskingProcessor, rule_faults
from otel_bridge_collector.config.model import Config, Pipeline

SIGNALS: Final = ("traces", "logs")
RECEIVERS: Final = ("otlp", "braintrust")
_UNTOUCHED: Final = ("otlp", "otlphttp")


def check(config: Config) -> list[Fault]:
    """Return what does not fit together."""
    pipelines = pipelines_of(config)
    faults = [
        *(fault for name, pipeline in pipelines.items() for fault in _in_pipeline(config, name, pipeline)),
        *_twice(config),
        *_endpoints(config),
        *_masking(config),
        *_fallbacks(config),
    ]
    return [*faults, *_unused(config, pipelines.values())]


def pipelines_of(config: Config) -> Mapping[str, Pipeline]:
    """Return the pipelines by name; none where the configuration says nothing of them."""
    return config.service.pipelines if config.service else {}


def _in_pipeline(config: Config, name: str, pipeline: Pipeline) -> Iterator[Fault]:
    path = ("service", "pipelines", name)
    if type_of(name) not in SIGNALS:
        yield Fault(
            path=path, message=f"a pipeline is of traces or of logs{suggestion(type_of(name), SIGNALS)}"
        )
    known = {
        "receivers": RECEIVERS,
        "processors": tuple(config.processors),
        "exporters": ("store", *config.exporters),
    }
    for section, names in known.items():
        for index, component in enumerate(getattr(pipeline, section)):
            if component not in names:
                message = f"there is no {component!r} among the {section}{suggestion(component, names)}"
                yield Fault(path=(*path, section, index), message=message)
    yield from _unfit(config, path, pipeline)


def _unfit(config: Config, path: tuple[str, ...], pipeline: Pipeline) -> Iterator[Fault]:
    kinds = {type_of(name) for name in pipeline.processors if name in config.processors}
    for index, exporter in enumerate(pipeline.exporters):
        where: Path = (*path, "exporters", index)
        if type_of(exporter) == "store" and kinds - {"masking"}:
            yield Fault(
                path=where,
                message="the store keeps everything: name it in a pipeline without processors, but those that mask",
            )
        if type_of(exporter) in _UNTOUCHED and "fields" in kinds:
            yield Fault(
                path=where,
                message="requests are forwarded untouched, so a `fields` processor cannot stand before it",
            )


def _twice(config: Config) -> Iterator[Fault]:
    seen: dict[tuple[str, str], str] = {}
    for name, pipeline in pipelines_of(config).items():
        for index, exporter in enumerate(pipeline.exporters):
            first = seen.setdefault((type_of(name), exporter), name)
            if first != name and exporter != "store":
                message = f"{exporter!r} stands in {first!r} already: give it another name for a second flow, like {exporter.partition('/')[0]}/second"
                yield Fault(path=("service", "pipelines", name, "exporters", index), message=message)


def _endpoints(config: Config) -> Iterator[Fault]:
    for name, exporter in config.exporters.items():
        if exporter.type == "otlphttp" and not (
            exporter.endpoint or exporter.traces_endpoint or exporter.logs_endpoint
        ):
            yield Fault(
                path=("exporters", name), message="endpoint is missing: the URL above /v1/traces and /v1/logs"
            )
        if exporter.type == "store" and name != "store":
            yield Fault(path=("exporters", name), message="there is one store, named `store`")


def _masking(config: Config) -> Iterator[Fault]:
    for name, processor in config.processors.items():
        if isinstance(processor, MaskingProcessor):
            for index, rule in enumerate(processor.rules):
                for message in rule_faults(rule):
                    yield Fault(path=("processors", name, "rules", index), message=message)


def _fallbacks(config: Config) -> Iterator[Fault]:
    for name, provider in config.providers.items():
        for index, fallback in enumerate(provider.fallbacks or ()):
            path: Path = ("providers", name, "fallbacks", index)
            others = [each for each in config.providers if each != name]
            if fallback not in others:
                message = f"there is no other provider {fallback!r}{suggestion(fallback, others)}"
                yield Fault(path=path, message=message)


def _unused(config: Config, pipelines: Collection[Pipeline]) -> Iterator[Fault]:
    used = {name for pipeline in pipelines for name in (*pipeline.exporters, *pipeline.processors)}
    for section in ("exporters", "processors"):
        for name in getattr(config, section):
            # Without pipelines all exporters are used; of processors only masking ones would be missed in silence.
            matters = pipelines or type_of(name) == "masking"
            if name not in used and name != "store" and matters:
                yield Fault(
                    path=(section, name), message="it stands in no pipeline: name it in one, or leave it out"
                )
