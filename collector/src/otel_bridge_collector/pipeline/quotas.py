"""Quotas over what a sidecar has: its settings, its keys and projects."""

from otel_bridge_collector.config.quota import Quotas as QuotasConfig
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.store.objects import Objects


class StoreNames:
    """What keys and projects are called in a data folder."""

    def __init__(self, objects: Objects) -> None:
        """Look them up in `objects`."""
        self._objects = objects

    def key_name(self, key_id: str) -> str | None:
        """Return what a key is called; None when there is none."""
        key = self._objects.keys.find(key_id)
        return key.name if key else None

    def project_name(self, project_id: str) -> str | None:
        """Return what a project is called; None when there is none."""
        project = self._objects.project(project_id)
        return project.name if project else None

    def project_id(self, name: str) -> str | None:
        """Return the id of a project; None when there is none."""
        project = self._objects.project_named(name)
        return project.id if project else None


def quota_config(settings: Settings) -> QuotasConfig:
    """Return what the configuration says, with the settings that variables may set."""
    said = (settings.config.extensions and settings.config.extensions.quotas) or QuotasConfig()
    return said.model_copy(
        update={
            "bytes_per_second": settings.quota_bytes_per_s,
            "spans_per_second": settings.quota_spans_per_s,
            "burst": settings.quota_burst_s,
        }
    )
