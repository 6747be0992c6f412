"""The API's routes in an application, asked in process."""

import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.contract.row import Row
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.operation import Operation
from otel_bridge_collector.api.routes import Plane, build_routes
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.xact import XactClock
from tests.support.rows import Asking


async def caught_up_at_once() -> bool:
    """Wait for nothing: what the store has is all there is."""
    return True


class Door:
    """What stands between the API and the store in a sidecar, without the spool: rows are there at once."""

    def __init__(self, example: Asking) -> None:
        self.xacts = XactClock(0)
        self._store = example.store
        self._translator = Translator()
        self._router = Router(example.objects, default_parent=DEFAULT_PARENT)

    async def keep(self, rows: Sequence[Row]) -> int:
        """Write rows as delivery does."""
        routing = Routing(signal="rows", parent=None, xact=self.xacts.next(), received_ns=time.time_ns())
        next_seq = self._store.next_seq() + 1
        record = Record(seq=next_seq - 1, routing=routing, payload=pack_rows(rows))
        writes = self._router.route(routing, self._translator.translate(record).writes)
        self._store.apply(writes, next_seq=next_seq)
        return routing.xact


def plane_of(
    example: Asking, door: Door, caught_up: Callable[[], Awaitable[bool]] = caught_up_at_once
) -> Plane:
    """What the API and the pages stand on, over a store."""
    return Plane(
        store=example.store,
        objects=example.objects,
        attachments=Attachments(example.folder / "attachments"),
        feedback_secrets=FeedbackSecrets(example.folder / "feedback.json"),
        caught_up=caught_up,
        keep_rows=door.keep,
        row_fault=lambda _: "",
        masked=lambda fields: fields,
        next_xact=door.xacts.next,
    )


def client_of(
    example: Asking,
    caught_up: Callable[[], Awaitable[bool]] = caught_up_at_once,
    more: Sequence[Operation] = (),
) -> TestClient:
    """A client of the API over a store."""
    door = Door(example)
    routes = build_routes(plane_of(example, door, caught_up), more)
    app = Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)
    return TestClient(app, raise_server_exceptions=False)
