"""The API's explanations over a real spool and store."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette

from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge_collector.access import owner_access
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.explain import explain_operations
from otel_bridge_collector.api.receipts import Receipts
from otel_bridge_collector.deliver.sight import Sight
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.receipt.ledger import ReceiptLedger
from otel_bridge_collector.spool.record import Routing, Signal
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.objects import Objects
from tests.support.api import caught_up_at_once
from tests.support.spool import open_spool


@contextmanager
def explaining(
    folder: Path, payloads: Sequence[tuple[Signal, bytes]], writes: Sequence[RowWrite] = ()
) -> Iterator[Starlette]:
    """An application whose spool has the requests, and whose store the rows."""
    store = DuckDBStore(folder / "rows.duckdb")
    store.apply(writes, next_seq=1)
    ledger = ReceiptLedger(folder / "receipts.sqlite")
    with open_spool(folder) as spool:
        for signal, payload in payloads:
            asyncio.run(spool.append(Routing(signal=signal, parent=None, xact=1, received_ns=0), payload))
        objects = Objects(folder / "explained.sqlite")
        gate = Gate(objects, owner_access, default_parent=DEFAULT_PARENT)
        sight = Sight(gate, default_parent=DEFAULT_PARENT)
        receipts = Receipts(ledger, owner_access)
        operations = explain_operations(store, spool, sight, caught_up_at_once, receipts)
        routes = [each.route() for each in operations]
        yield Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)
        objects.close()
    ledger.close()
    store.close()
