"""Follow what is written, and post to the webhooks of alerts. What comes while an alert is silent is told when it speaks again."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn, Protocol

import httpx

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.metrics.catalog import ALERTS
from otel_bridge_collector.scoring.alert import Alert, Matched, message_of
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.store.xact import xact_at
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

_TIMEOUT_S: Final = 10.0
"""Of a whole request, however slowly its answer comes."""

_AT_ONCE: Final = 8
"""Alerts that are looked after side by side: one whose webhook does not answer holds up no other."""

_SETTLED_S: Final = 2.0
"""What was written in the last moment waits for the next pass.

Rows reach the store in the order of their transactions. What is replayed from dead letters later than this comes with a transaction
that was passed already: no alert sees it.
"""


class Logs(Protocol):
    """The rows of projects."""

    async def matched(self, alert: Alert, after: int, until: int) -> Matched:
        """Return the rows that were written after a transaction, up to another, and meet the condition of an alert."""
        ...

    def newest(self) -> int:
        """Return the newest transaction of any row; 0 where there is none."""
        ...


class Alerting:
    """The passes of one sidecar, one at a time; for one event loop.

    Args:
        alerts: gives those that there are.
        told_as: gives the organization, and the name of a project.
        interval_s: between two passes.
        timeout_s: of one request to a webhook.
    """

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        alerts: Callable[[], Sequence[Alert]],
        told_as: Callable[[str], tuple[Mapping[str, Json], str]],
        logs: Logs,
        ledger: ScoringLedger,
        counters: Counters,
        *,
        interval_s: float,
        timeout_s: float = _TIMEOUT_S,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._alerts, self._told_as, self._logs, self._ledger = alerts, told_as, logs, ledger
        self._counters, self._now_s = counters, now_s
        self._interval_s, self._timeout_s = interval_s, timeout_s

    async def run_regularly(self) -> NoReturn:
        """Make a pass in every interval, until cancelled."""
        while True:
            await asyncio.sleep(self._interval_s)
            await self.run()

    async def run(self) -> None:
        """Make a pass; an alert that could not be told is told by a later one."""
        try:
            alerts = await asyncio.to_thread(self._alerts)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next pass tries again
            logger.warning("the alerts could not be read (%s)", type(error).__name__)
            return
        free = asyncio.Semaphore(_AT_ONCE)
        async with (
            httpx.AsyncClient(timeout=self._timeout_s, follow_redirects=False) as client,
            asyncio.TaskGroup() as group,
        ):
            for alert in alerts:
                group.create_task(self._safe_look(alert, client, free))

    async def _safe_look(self, alert: Alert, client: httpx.AsyncClient, free: asyncio.Semaphore) -> None:
        async with free:
            try:
                await self._look(alert, client)
            except RetryableError as error:
                self._counters.add(ALERTS, 1, "failed")
                logger.warning("the alert %s could not be posted (%s); it is tried again", alert.id, error)
            except Exception as error:  # noqa: BLE001 - whatever it was, the other alerts and the next pass go on
                logger.warning("the alert %s could not be looked after (%s)", alert.id, type(error).__name__)

    async def _look(self, alert: Alert, client: httpx.AsyncClient) -> None:
        now_s = self._now_s()
        until = min(await asyncio.to_thread(self._logs.newest), xact_at(now_s - _SETTLED_S))
        place = await asyncio.to_thread(self._ledger.place, alert.id)
        after = xact_at(alert.created_s) if place is None else place
        if (
            until <= after
            or now_s < await asyncio.to_thread(self._ledger.told_s, alert.id) + alert.interval_s
        ):
            return
        if alert.is_active and (matched := await self._logs.matched(alert, after, until)).count:
            organization, project_name = await asyncio.to_thread(self._told_as, alert.project_id)
            await self._post(client, alert.url, message_of(alert, organization, project_name, matched))
            self._counters.add(ALERTS, 1, "posted")
            await asyncio.to_thread(self._ledger.note_told, alert.id, now_s)
        await asyncio.to_thread(self._ledger.advance, alert.id, until, since=place)

    async def _post(self, client: httpx.AsyncClient, url: str, message: Mapping[str, Json]) -> None:
        """Post, and look at the status alone: the rest of an answer may have no end.

        Raises:
            RetryableError: it was not taken; the message has neither the URL nor anything of the answer, which may be secret.
        """
        try:
            async with asyncio.timeout(self._timeout_s), client.stream("POST", url, json=message) as answer:
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise RetryableError(type(error).__name__) from error
        if not answer.is_success:
            raise RetryableError(f"status {status}")
