"""Who has used up its quota is told before its rows are read. OTLP asks by itself, since its requests may say whose quota it is."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from otel_bridge_collector.errors import QuotaError
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.fault import fault_of
from otel_bridge_collector.receive.guard import Refuse
from otel_bridge_collector.receive.rules import Rules
from otel_bridge_collector.telemetry import Counters


class Metered:
    """An ASGI application that passes on requests, those with rows only while something is left; runs behind `Guard`."""

    def __init__(
        self, app: ASGIApp, quotas: Quotas, rules: Rules, refuse: Refuse, counters: Counters
    ) -> None:
        self._app = app
        self._quotas = quotas
        self._rules = rules
        self._refuse = refuse
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        if self._quotas.is_on and self._rules.brings_rows(scope):
            try:
                self._quotas.check_known()
            except QuotaError as error:
                self._counters.add(REFUSED_REQUESTS, 1, "http", reason_of(error))
                await self._refuse(Request(scope), fault_of(error))(scope, receive, send)
                return
        await self._app(scope, receive, send)
