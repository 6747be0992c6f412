"""The web page: who has logged in, and its routes on the API port."""

import asyncio
from collections.abc import Sequence

from starlette.routing import Route

from otel_bridge_collector.access import Access
from otel_bridge_collector.api.invocation import Invoker
from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.ui.routes import OtlpPlace, Reach, build_ui_routes
from otel_bridge_collector.ui.session import Sessions


class WebPage:
    """What the page keeps between requests."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.sessions = Sessions()
        self._closing = asyncio.Event()
        self.otlp = OtlpPlace(is_tls=door.tls.otlp_http is not None)

    def routes(self, plane: Plane, ingest: Ingest, invoker: Invoker) -> Sequence[Route]:
        """Return the routes of the page."""
        return build_ui_routes(
            plane,
            Reach(ingest=ingest, invoker=invoker),
            sessions=self.sessions,
            check_key=self._access_of,
            endpoint=self.otlp.url,
            closing=self._closing,
        )

    def close(self) -> None:
        """End what would go on for minutes: the streams of pages that listen."""
        self._closing.set()

    def _access_of(self, shown: str, address: str) -> Access:
        return self._door.authenticator.access_of(shown, address=address)
