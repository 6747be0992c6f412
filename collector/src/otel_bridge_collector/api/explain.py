"""`GET /v1/explain/{span_id}`: how the row of a span came about, from the bytes that the spool still keeps.

The span is translated again, with what the rest of its trace says of it, so the answer is that of this version's rules.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Final, cast

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.receipt import parse_receipt
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.receipts import Receipts
from otel_bridge_collector.api.schemas import OBJECT, list_of, of
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.deliver.sight import Sight
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.search import records_with
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.columns import ROWS_TABLE
from otel_bridge_collector.store.confined import Selects
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.translate.cost import cost_of
from otel_bridge_collector.translate.provenance import LEFT_OVER, Cell, Explanation, explain
from otel_bridge_collector.translate.rollup import is_marked
from otel_bridge_collector.translate.span_summary import has_usage

_SPAN_ID: Final = re.compile("[0-9a-f]{16}")
_TIMEOUT_S: Final = 30.0
_STORED: Final = f"SELECT count(*) FROM {ROWS_TABLE} WHERE id = $id OR span_id = $id"  # noqa: S608 - our own name
_MOST_AT_ONCE: Final = 1


def explain_operations(
    store: Selects,
    spool: Spool,
    sight: Sight,
    caught_up: Callable[[], Awaitable[object]],
    receipts: Receipts,
) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    endpoint = ExplainEndpoint(store, spool, sight, caught_up, receipts)
    return [Tag("explain").get("/v1/explain/{span_id}", endpoint.get, answer=of({"fields": list_of(OBJECT)}))]


class ExplainEndpoint:
    """Explains spans, one at a time: each reads the whole spool."""

    def __init__(
        self,
        store: Selects,
        spool: Spool,
        sight: Sight,
        caught_up: Callable[[], Awaitable[object]],
        receipts: Receipts,
    ) -> None:
        self._store = store
        self._spool = spool
        self._sight = sight
        self._caught_up = caught_up
        self._receipts = receipts
        self._running = anyio.CapacityLimiter(_MOST_AT_ONCE)

    async def get(self, request: Request) -> Response:
        """Explain one span."""
        span_id = request.path_params["span_id"].lower()
        if not _SPAN_ID.fullmatch(span_id):
            raise RequestError("a span id has 16 hex digits", code="badSpanId")
        await self._caught_up()
        return json_response(await anyio.to_thread.run_sync(self._explain, span_id, limiter=self._running))

    def _explain(self, span_id: str) -> dict[str, Json]:
        span = _newest(self._records_with(bytes.fromhex(span_id)), span_id)
        if span is None:
            raise self._unknown(span_id)
        records = self._records_with(bytes.fromhex(span.trace_id))
        answer_id = span.attributes.get("gen_ai.response.id")
        if isinstance(answer_id, str) and answer_id:
            # Another trace may tell the same call.
            known = {record.seq for record in records}
            others = self._records_with(answer_id.encode())
            records = sorted(
                [*records, *(record for record in others if record.seq not in known)],
                key=lambda record: record.seq,
            )
        return {
            **_answer(span, explain(span, _facts(records, span_id))),
            "incomplete": self._incomplete(records),
        }

    def _incomplete(self, records: Sequence[Record]) -> list[Json]:
        """Say of which processes of a trace spans are missing, whatever traces these are of."""
        processes = {told.process for record in records if (told := parse_receipt(record.routing.receipt))}
        return [says for each in self._receipts.of(processes) if (says := each.missing())]

    def _records_with(self, needle: bytes) -> list[Record]:
        return [record for record in records_with(self._spool.reader(0), needle) if self._sight.shows(record)]

    def _unknown(self, span_id: str) -> RequestError:
        ((stored,),) = self._store.select(
            Statement(sql=_STORED, parameters={"id": span_id}), timeout_s=_TIMEOUT_S
        )
        if stored:
            message = (
                f"the row of span {span_id} is stored, but its bytes are gone: the spool keeps delivered requests for "
                "a limited time (OTEL_BRIDGE_SPOOL_KEEP_S, OTEL_BRIDGE_SPOOL_KEEP_BYTES), and rows that were not sent "
                "over OTLP have none"
            )
            return RequestError(message, code="bytesGone", status=410)
        return RequestError(f"there is no span {span_id}", code="spanNotFound", status=404)


def _newest(records: Sequence[Record], span_id: str) -> Span | None:
    """Return the span as it was sent last."""
    requests = (record for record in reversed(records) if record.routing.signal == "traces")
    spans = (span for record in requests for span in protobuf.spans_in(record.payload))
    return next((span for span in spans if span.span_id == span_id), None)


def _facts(records: Sequence[Record], span_id: str) -> list[RowWrite]:
    """Return what the requests of its trace say of a span's row, apart from the span itself."""
    translator = Translator()
    writes = [write for record in records for write in translator.translate(record).writes]
    return [write for write in writes if write.fact and write.row.get("span_id") == span_id]


def _answer(span: Span, explanation: Explanation) -> dict[str, Json]:
    row = explanation.row
    return {
        "span_id": span.span_id,
        "root_span_id": span.trace_id,
        "scope": f"{span.scope.name} {span.scope.version}".strip(),
        "fields": [_cell(cell, span) for cell in explanation.cells],
        "passed_over": [_cell(cell, span) for cell in explanation.passed_over],
        "left_over": [cell.key for cell in explanation.cells if cell.rule == LEFT_OVER],
        "has_tokens": has_usage(row),
        "tokens_count": has_usage(row) and not is_marked(row),
        "cost": _cost(explanation),
    }


def _cell(cell: Cell, span: Span) -> Json:
    said: dict[str, Json] = {
        "field": cell.field,
        "key": cell.key,
        "value": cell.value,
        "rule": cell.rule,
        "attributes": list(cell.attributes),
    }
    if cell.field == "metrics":  # the normal form may differ from what was given
        said["given"] = {name: span.attributes[name] for name in cell.attributes if name in span.attributes}
    return said


def _cost(explanation: Explanation) -> Json:
    cost = asdict(cost_of(explanation.row))
    if cost["computed"]:
        cost["computed"]["charges"] = [charge._asdict() for charge in cost["computed"]["charges"]]
    return cast("Json", cost)
