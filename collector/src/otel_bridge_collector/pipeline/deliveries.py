"""All deliveries of a sidecar, and the masks at its door: started together, exchanged one by one when the configuration changes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otel_bridge_collector.config.exporter import Exporter
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.config.processor import Processor
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Status
from otel_bridge_collector.deliver.loop import Delivery
from otel_bridge_collector.pipeline.build import AnyDestination, Ground, build_destination
from otel_bridge_collector.pipeline.flow import STORE, Flow, flows
from otel_bridge_collector.pipeline.masks import DoorMasks, door_rules
from otel_bridge_collector.pipeline.steps import check_conditions
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

_RELOAD_DRAIN_S = 2.0
"""How long a delivery that is exchanged may take to end what it is at; what is left its successor delivers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All that one exporter depends on: two that are equal are delivered alike."""

    exporter: Exporter
    flow: Flow
    processors: Mapping[str, Processor]


class Deliveries:
    """The deliveries by name; belongs to one event loop, but any thread may ask how far they are.

    Attributes:
        store: the delivery to the store.
        masks: what is masked before it is kept.
    """

    def __init__(self, spool: Spool, store: AnyDestination, ground: Ground, counters: Counters) -> None:
        self._spool = spool
        self._ground = ground
        self._counters = counters
        self.store: Delivery[Any] = Delivery(spool, store, counters)
        self.masks = DoorMasks()
        self._running: dict[str, Delivery[Any]] = {STORE: self.store}
        self._plans: dict[str, _Plan] = {}

    async def start(self, config: Config) -> None:
        """Begin to deliver.

        Raises:
            SettingsError: a destination cannot be built; nothing has begun.
            OSError: the place of one cannot be written.
        """
        plans = _plans(config)
        self.masks.rules = door_rules(config)
        built = [self._build(name, plan, config) for name, plan in plans.items()]
        self.store.start()
        for delivery in built:
            delivery.start()
            self._running[delivery.name] = delivery
        self._plans = plans

    async def reload(self, config: Config) -> None:
        """Exchange what has changed; the others are not touched, and nothing is lost: cursors stay.

        Raises:
            SettingsError: a destination cannot be built; everything is as it was.
        """
        plans, rules = _plans(config), door_rules(config)
        changed = [name for name, plan in plans.items() if self._plans.get(name) != plan]
        for name in changed:
            await _try(name, plans[name], config, self._ground)
        self.masks.rules = rules
        for name in (*changed, *(self._plans.keys() - plans.keys())):
            if old := self._running.pop(name, None):
                await old.stop(drain_s=_RELOAD_DRAIN_S)
        for name in changed:
            self._running[name] = self._build(name, plans[name], config)
            self._running[name].start()
        gone = sorted(self._plans.keys() - plans.keys())
        self._plans = plans
        if changed or gone:
            logger.info(
                "destinations begun or changed: %s; ended: %s",
                ", ".join(changed) or "none",
                ", ".join(gone) or "none",
            )

    async def stop(self, *, drain_s: float) -> None:
        """End all of them at once, each within `drain_s`."""
        stops = [delivery.stop(drain_s=drain_s) for delivery in list(self._running.values())]
        for fault in await asyncio.gather(*stops, return_exceptions=True):
            if isinstance(fault, Exception):
                logger.error("a destination could not be closed (%s)", type(fault).__name__)

    def passed_seq(self) -> int:
        """Return the number below which every destination has everything."""
        return min(delivery.next_seq for delivery in list(self._running.values()))

    def statuses(self) -> Sequence[Status]:
        """Return how far each destination is, the store first."""
        return [delivery.status() for delivery in list(self._running.values())]

    def ended(self) -> Sequence[str]:
        """Return the names of those that deliver no more, though nobody stopped them."""
        return [name for name, delivery in list(self._running.items()) if not delivery.is_alive]

    def dead_letters(self) -> Sequence[DeadLetters]:
        """Return what each destination will never take."""
        return [delivery.dead_letters for delivery in self._running.values()]

    def get(self, name: str) -> Delivery[Any] | None:
        """Return the delivery of a destination, or None."""
        return self._running.get(name)

    def _build(self, name: str, plan: _Plan, config: Config) -> Delivery[Any]:
        destination = build_destination(name, plan.exporter, plan.flow, config, self._ground)
        return Delivery(self._spool, destination, self._counters)


def _plans(config: Config) -> dict[str, _Plan]:
    check_conditions(config)
    return {
        name: _Plan(
            exporter=config.exporters[name],
            flow=flow,
            processors={each: config.processors[each] for names in flow.values() for each in names},
        )
        for name, flow in flows(config).items()
    }


async def _try(name: str, plan: _Plan, config: Config, ground: Ground) -> None:
    """Build a destination and let go of it again."""
    destination = build_destination(name, plan.exporter, plan.flow, config, ground)
    if destination.close:
        await destination.close()
