"""Which settings change while the sidecar runs, and which need a new start. It reads no file."""

import logging
from typing import Final

from otel_bridge_collector.settings import IN_CONFIG, Settings

logger = logging.getLogger(__name__)

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
"""Settings that take effect at once, beside exporters, processors and pipelines."""


def fixed_changes(old: Settings, new: Settings) -> list[str]:
    """Return what changed and needs a new start, as it is told in the log."""
    return [
        f"{path} stays {getattr(old, name)}: {getattr(new, name)} needs a new start"
        for name, path in IN_CONFIG.items()
        if name not in RELOADED and getattr(old, name) != getattr(new, name)
    ]


def apply_log_level(settings: Settings) -> None:
    """Let the process log from the level of the settings on."""
    logging.getLogger().setLevel(settings.log_level.upper())
