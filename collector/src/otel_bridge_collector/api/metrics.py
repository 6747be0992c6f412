"""`/metrics`: the sidecar's own numbers for Prometheus. They say nothing of a single project, key or value."""

from collections.abc import Callable
from typing import Final

import anyio.to_thread
from opentelemetry.sdk.metrics.export import MetricsData
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import TEXT

_TEXT_TYPES: Final = ("text/plain", "application/openmetrics-text")

Collect = Callable[[], MetricsData | None]


def metrics_operations(collect: Collect) -> list[Operation]:
    """Return the operation, for `routes.build_routes`."""
    endpoint = MetricsEndpoint(collect)
    return [Tag("service").get("/metrics", endpoint.show, answer=TEXT, answer_types=_TEXT_TYPES)]


class MetricsEndpoint:
    """Answers a scrape."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect

    async def show(self, request: Request) -> Response:
        """Return the sidecar's own metrics, as Prometheus reads them."""
        # Imported with the first scrape: not every sidecar is asked.
        from otel_bridge_collector.metrics.prometheus import encode  # noqa: PLC0415 - see above

        # Away from the event loop, since the SDK takes its time; what it asks of us it may ask on any thread.
        data = await anyio.to_thread.run_sync(self._collect)
        body, content_type = encode(data, accept=request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})
