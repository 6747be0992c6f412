"""Online scoring and alerts over what a sidecar has: built and started here, and ended before what it stands on."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.online_logs import OnlineLogs
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.config.online_scoring import OnlineScoring as Config
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.scoring.alert import Alert, AlertError, alert_of, is_alert
from otel_bridge_collector.scoring.alerting import Alerting
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.online import OnlineScoring
from otel_bridge_collector.scoring.rule import Rule, RuleError, is_online, rule_of
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.stages.storage import Storage
from otel_bridge_collector.stages.work import ended
from otel_bridge_collector.store.objects import ORG_NAME, Objects
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)


def start_online_scoring(
    settings: Settings,
    storage: Storage,
    ingest: Ingest,
    counters: Counters,
    providers: Providers,
    stages: AsyncExitStack,
) -> OnlineScoring:
    """Let the rules of all projects score what comes, and their alerts tell of it; forget how far deleted ones were."""
    forget_deleted(storage.objects, storage.scoring)
    logs = OnlineLogs(
        Reader(storage.store, storage.objects, _at_once),
        RowWriter(ingest.rows, ingest.row_fault),
        storage.store.newest_xact_id,
    )
    scoring = OnlineScoring(
        scoring_config(settings),
        lambda: rules_in(storage.objects),
        logs,
        storage.scoring,
        counters,
        models=JudgedBy(providers),
    )
    alerting = Alerting(
        lambda: alerts_in(storage.objects),
        lambda project_id: _told_as(storage.objects, project_id),
        logs,
        storage.scoring,
        counters,
        interval_s=scoring.config.interval,
    )
    for passes in (scoring.run_regularly(), alerting.run_regularly()):
        stages.push_async_callback(ended, asyncio.create_task(passes))
    return scoring


class JudgedBy:
    """The models of the providers; see `scoring.executor.Models`."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """See `Models`."""
        async with await self._providers.complete(request) as answer:
            return await answer.json()

    async def embed(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """See `Models`."""
        async with await self._providers.complete(request, operation="embeddings") as answer:
            return await answer.json()


def forget_deleted(objects: Objects, ledger: ScoringLedger) -> None:
    """Let the ledger forget how far the rules and alerts were that are not there any more."""
    find = objects.in_projects.find
    ledger.keep_only({each.id for each in [*find("project_score"), *find("project_automation")]})


def scoring_config(settings: Settings) -> Config:
    """Return what the configuration says."""
    return (settings.config.extensions and settings.config.extensions.online_scoring) or Config()


def alerts_in(objects: Objects) -> Sequence[Alert]:
    """Return the alerts of all projects; those that this release cannot look after are passed over."""
    found: list[Alert] = []
    for each in objects.in_projects.find("project_automation"):
        if not is_alert(each.data):
            continue
        try:
            found.append(alert_of(each))
        except AlertError as error:
            logger.debug("the alert %s is passed over: %s", each.id, error)
    return found


def _told_as(objects: Objects, project_id: str) -> tuple[Mapping[str, Json], str]:
    project = objects.project(project_id)
    return {"id": objects.org_id, "name": ORG_NAME}, project.name if project else project_id


async def _at_once() -> bool:
    """A rule follows what the store has: it waits for nothing."""
    return True


def rules_in(objects: Objects) -> Sequence[Rule]:
    """Return the rules of all projects; those that this release cannot run are passed over."""
    found: list[Rule] = []
    for each in objects.in_projects.find("project_score"):
        if not is_online(each.data):
            continue
        try:
            found.append(rule_of(each))
        except RuleError as error:
            logger.debug("the rule %s of online scoring is passed over: %s", each.id, error)
    return found
