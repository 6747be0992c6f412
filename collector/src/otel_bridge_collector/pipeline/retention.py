"""Retention over what a sidecar has: the store, its attachments, the objects of its projects, its destinations."""

from typing import Final

from otel_bridge_collector.config.retention import Limits
from otel_bridge_collector.config.retention import Retention as RetentionConfig
from otel_bridge_collector.pipeline.deliveries import Deliveries
from otel_bridge_collector.retention.policy import Policies
from otel_bridge_collector.retention.sweep import Reach, Retention
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.sinks.store import StoreSink
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.references import MARK, Unreferenced
from otel_bridge_collector.telemetry import Counters

_SEARCH_TIMEOUT_S: Final = 600.0


def build_retention(  # noqa: PLR0913 - all that retention looks after
    settings: Settings,
    *,
    store: DuckDBStore,
    sink: StoreSink,
    objects: Objects,
    attachments: Attachments,
    spool: Spool,
    deliveries: Deliveries,
    counters: Counters,
) -> Retention:
    """Return the passes of retention; none has begun."""
    unreferenced = Unreferenced(
        attachments.folder,
        lambda statement: store.select(statement, timeout_s=_SEARCH_TIMEOUT_S),
        lambda: objects.in_projects.texts_with(MARK),
    )

    def policies(config: RetentionConfig) -> Policies:
        return Policies(config, objects.projects(), objects.in_projects.find("project_automation"))

    reach = Reach(
        rows=store,
        on_writer=sink.on_writer,
        policies=policies,
        attachments=unreferenced,
        dead_letters=deliveries.dead_letters,
        caught_up=lambda: deliveries.passed_seq() >= spool.end_seq,
    )
    return Retention(retention_config(settings), reach, counters)


def retention_config(settings: Settings) -> RetentionConfig:
    """Return what the configuration says, with the settings that variables may set."""
    said = (settings.config.extensions and settings.config.extensions.retention) or RetentionConfig()
    logs = Limits(max_age=settings.retention_logs_s, max_size=settings.retention_logs_bytes)
    return said.model_copy(update={"interval": settings.retention_interval_s, "logs": logs})
