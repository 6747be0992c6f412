"""The configuration read again while the sidecar runs: what takes effect at once, does; the rest is named in the log. It starts nothing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from otel_bridge_collector.canary.canary import Canary
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.deliveries import Deliveries
from otel_bridge_collector.pipeline.quotas import quota_config
from otel_bridge_collector.pipeline.reload import apply_log_level, changed_settings, fixed_changes
from otel_bridge_collector.pipeline.retention import retention_config
from otel_bridge_collector.providers.client import Providers, check_providers
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.tls import PortsTls
from otel_bridge_collector.receive.tls_files import tls_changes
from otel_bridge_collector.retention.sweep import Retention
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.stages.storage import spool_limits

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloading:
    """How the configuration is read again while the sidecar runs.

    Attributes:
        requested: set when it is to be read.
        load: reads it.
    """

    requested: asyncio.Event
    load: Callable[[], Settings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """The parts of a running sidecar that take a new configuration."""

    spool: Spool
    deliveries: Deliveries
    retention: Retention
    quotas: Quotas
    tls: PortsTls
    canary: Canary
    providers: Providers


async def reload_on_request(settings: Settings, reloading: Reloading, parts: Reloaded) -> NoReturn:
    """Read the configuration whenever it is asked for; one that cannot be used leaves everything as it was.

    Args:
        settings: those that the sidecar was started with.
        reloading: says when, and reads.
        parts: get what is new.
    """
    last = settings
    while True:
        await reloading.requested.wait()
        reloading.requested.clear()
        for port in parts.tls.all():
            await asyncio.to_thread(port.reload)
        try:
            new = await asyncio.to_thread(reloading.load)
            changes = [*fixed_changes(settings, new), *tls_changes(settings, new)]
            await asyncio.to_thread(check_providers, new.config)
            await parts.deliveries.reload(new.config)
        except (SettingsError, OSError) as error:
            logger.error("the configuration stays as it was: %s", error)  # noqa: TRY400 - it says it all
            continue
        parts.spool.limits = spool_limits(new)
        parts.retention.config = retention_config(new)
        parts.quotas.reload(quota_config(new))
        await parts.providers.reload(new.config.providers)
        parts.canary.configure(new.config, interval_s=new.canary_interval_s)
        for change in changes:
            logger.warning("%s", change)
        changed = ", ".join(changed_settings(last, new)) or "nothing that takes effect now"
        if logger.isEnabledFor(logging.INFO):  # said before a reload that makes the log quieter
            logger.info("the configuration was read again; changed: %s", changed)
            apply_log_level(new)
        else:
            apply_log_level(new)
            logger.info("the configuration was read again; changed: %s", changed)
        last = new
