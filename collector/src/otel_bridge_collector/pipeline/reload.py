"""Which settings change while the sidecar runs, and which need a new start. It reads no file."""

from collections.abc import Mapping
from typing import Final, cast

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.log_lines import set_level
from otel_bridge_collector.pipeline.gauges import metrics_config
from otel_bridge_collector.settings import IN_CONFIG, Settings

RELOADED: Final = frozenset(
    {
        "canary_interval_s",
        "log_level",
        "quota_burst_s",
        "quota_bytes_per_s",
        "quota_spans_per_s",
        "retention_interval_s",
        "retention_logs_bytes",
        "retention_logs_s",
        "spool_keep_bytes",
        "spool_keep_s",
        "spool_max_bytes",
        "spool_min_free_bytes",
    }
)
"""Settings that take effect at once, beside exporters, processors, providers and pipelines."""

_PARTS: Final = (
    "processors", "exporters", "providers", "service.pipelines", "extensions.quotas", "extensions.quotas.keys",
    "extensions.quotas.projects", "extensions.retention", "extensions.retention.projects",
)  # fmt: skip
"""Sections whose keys take effect at once; a change is told by the name of the key."""


_FIXED: Final = ("extensions.online_scoring", "extensions.functions", "extensions.proxy")
"""Sections that need a new start."""


def fixed_changes(old: Settings, new: Settings) -> list[str]:
    """Return what changed and needs a new start, as it is told in the log."""
    stays = [
        f"{path} stays {getattr(old, name)}: {getattr(new, name)} needs a new start"
        for name, path in IN_CONFIG.items()
        if name not in RELOADED and getattr(old, name) != getattr(new, name)
    ]
    if metrics_config(old) != metrics_config(new):
        stays.append("service.telemetry.metrics stays as it was: another needs a new start")
    stays += [
        f"{section} stays as it was: another needs a new start"
        for section in _FIXED
        if _part(old, section) != _part(new, section)
    ]
    return stays


def changed_settings(old: Settings, new: Settings) -> list[str]:
    """Return the names of what changed and takes effect at once; no values, since some are secret."""
    settings = [IN_CONFIG[name] for name in sorted(RELOADED) if getattr(old, name) != getattr(new, name)]
    parts = [
        f"{section}.{name}"
        for section in _PARTS
        for name in _changed_keys(_part(old, section), _part(new, section))
        if (path := f"{section}.{name}") not in _PARTS
        and not any(f"{each}.".startswith(f"{path}.") for each in IN_CONFIG.values())
    ]
    return [*settings, *parts]


def apply_log_level(settings: Settings) -> None:
    """Let the process log from the level of the settings on."""
    set_level(settings.log_level)


def _part(settings: Settings, path: str) -> Mapping[str, object]:
    part: object = settings.config
    for step in path.split("."):
        part = getattr(part, step, None)
    if isinstance(part, Mapping):
        return cast("Mapping[str, object]", part)
    if not isinstance(part, Section):
        return {}
    return {name: getattr(part, name) for name in part.model_fields_set}


def _changed_keys(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
