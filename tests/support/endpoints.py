"""Every endpoint of the HTTP ports, as the sidecar builds them."""

import asyncio
from pathlib import Path
from typing import Any, cast

from starlette.routing import Route

from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge_collector.access import owner_access
from otel_bridge_collector.api.backup import backup_operations
from otel_bridge_collector.api.delivery import delivery_operations
from otel_bridge_collector.api.explain import explain_operations
from otel_bridge_collector.api.functions import FunctionsEndpoint, function_operations
from otel_bridge_collector.api.metrics import metrics_operations
from otel_bridge_collector.api.online_scores import online_score_operations
from otel_bridge_collector.api.probes import probe_operations
from otel_bridge_collector.api.proxy import build_proxy_routes
from otel_bridge_collector.api.quotas import quota_operations
from otel_bridge_collector.api.receipts import receipt_operations
from otel_bridge_collector.api.retention import retention_operations
from otel_bridge_collector.api.routes import Plane, build_routes
from otel_bridge_collector.deliver.sight import Sight
from otel_bridge_collector.health import Health
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.receive.otlp_http import build_otlp_routes
from otel_bridge_collector.receive.probes import Probes
from otel_bridge_collector.receive.rules import template_of
from otel_bridge_collector.receive.to_page import build_page_routes
from otel_bridge_collector.settings import Address
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.telemetry import Counters
from otel_bridge_collector.ui.routes import Reach, build_ui_routes
from otel_bridge_collector.ui.session import Sessions
from tests.support.api import caught_up_at_once
from tests.support.spool import open_spool


def all_endpoints(folder: Path) -> set[tuple[str, str]]:
    """Method and path, with parameters in braces, of each; a HEAD is as good as its GET."""
    store = DuckDBStore(folder / "rows.duckdb")
    objects = Objects(folder / "objects.sqlite")
    gate = Gate(objects, owner_access, default_parent=DEFAULT_PARENT)
    with open_spool(folder) as spool:
        ingest = Ingest(spool, Counters(), gate)
        plane = Plane(
            store=store,
            objects=objects,
            attachments=Attachments(folder / "attachments"),
            feedback_secrets=FeedbackSecrets(folder / "feedback.json"),
            caught_up=caught_up_at_once,
            keep_rows=ingest.rows,
            row_fault=ingest.row_fault,
            masked=ingest.masked,
            next_xact=XactClock(0).next,
        )
        probes = Probes(Health())
        sight = Sight(gate, default_parent=DEFAULT_PARENT)
        own = [
            *explain_operations(store, spool, sight, caught_up_at_once, cast("Any", None)),
            *receipt_operations(cast("Any", None), caught_up_at_once),
            *delivery_operations(cast("Any", None), spool),  # none of them is asked
            *quota_operations(cast("Any", None)),
            *retention_operations(cast("Any", None)),
            *backup_operations(cast("Any", None)),
            *online_score_operations(cast("Any", None), objects),
            *function_operations(FunctionsEndpoint(*(cast("Any", None),) * 3)),
            *probe_operations(probes.live, probes.ready),
            *metrics_operations(lambda: None),
        ]
        routes = [
            *build_routes(plane, own),
            *build_otlp_routes(ingest, max_body_bytes=1),
            *build_proxy_routes(cast("Any", None), cast("Any", None), max_request_bytes=1),
            *build_ui_routes(
                plane,
                Reach(ingest=ingest, invoker=cast("Any", None)),
                sessions=Sessions(),
                check_key=cast("Any", None),
                endpoint=lambda _: "",
                closing=asyncio.Event(),
            ),
            *probes.routes(),
            *build_page_routes(Address(host="127.0.0.1", port=1), is_tls=False),
        ]
    objects.close()
    store.close()
    return {
        (method, template_of(route))
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }
