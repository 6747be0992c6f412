"""The sink that sends rows to Braintrust's `/logs3`. It plans no retry.

Requests are bounded by bytes and rows. Rows of one id never share a request, since a server need not apply them one after the
other: the first of every id go first, then the second ones, and so on. What was answered is not sent again when the rest of its batch is. A request that is refused for good is sent again in halves, so that only the row at fault stays behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.errors import PermanentError, RefusedError
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.braintrust_client import API_VERSION, BraintrustClient, Limits
from otel_bridge_collector.sinks.braintrust_objects import FIELDS, RemoteObjects
from otel_bridge_collector.sinks.braintrust_row import attachments_in, outgoing
from otel_bridge_collector.sinks.braintrust_upload import AttachmentUploads

_FRAME: Final = b'{"rows":[],"api_version":%d}' % API_VERSION
_MAX_REFUSALS: Final = 64
"""In a row, within one batch: a server that refuses everything is not asked about every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outgoing:
    """One row on its way.

    Attributes:
        index: of the write that it comes from.
        key: the same each time that the write is sent.
        text: the row as JSON.
    """

    index: int
    key: tuple[int, int]
    row: Row
    text: bytes

    @property
    def row_id(self) -> str:
        """The id of the row."""
        return self.row.get("id", "")


class BraintrustSink:
    """Sends rows, whole ones and updates."""

    def __init__(
        self,
        client: BraintrustClient,
        objects: RemoteObjects,
        uploads: AttachmentUploads | None,
        *,
        max_bytes: int,
        max_rows: int,
    ) -> None:
        """Make a sink.

        Args:
            client: the server.
            objects: the ids that objects have there.
            uploads: takes attachments there; None leaves them.
            max_bytes: of a request, where the server names no smaller limit.
            max_rows: of a request.
        """
        self._client = client
        self._objects = objects
        self._uploads = uploads
        self._max_bytes = max_bytes
        self._max_rows = max_rows
        self._refused_in_a_row = 0
        self._answered: dict[tuple[int, int], str] = {}
        self._held: dict[int, Row] = {}

    async def send(self, batch: Batch[Row]) -> None:
        """See `Sink`."""
        self._held |= {id(row): row for row in batch.writes}  # so that no other row takes its `id`
        rows = [each for index, row in enumerate(batch.writes) for each in await self._outgoing(index, row)]
        self._refused_in_a_row = 0
        if waiting := [each for each in rows if each.key not in self._answered]:
            limits = await self._client.limits()
            for request in self._requests(waiting, limits):
                await self._insert(request, limits)
        if self._uploads:
            await self._uploads.take(_references(batch.writes))
        reasons = {each.index: reason for each in rows if (reason := self._answered.pop(each.key, ""))}
        for row in batch.writes:
            self._held.pop(id(row), None)
        if reasons:
            raise RefusedError(reasons)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _outgoing(self, index: int, row: Row) -> list[_Outgoing]:
        fields = cast("Mapping[str, object]", row)
        ids = {
            field: await self._objects.id_of(kind, str(fields[field]))
            for field, kind in FIELDS.items()
            if fields.get(field)
        }
        return [
            _Outgoing(index=index, key=(id(row), number), row=each, text=pack_rows([each])[1:-1])
            for number, each in enumerate(outgoing(row, ids))
        ]

    def _requests(self, rows: Iterable[_Outgoing], limits: Limits) -> Iterator[list[_Outgoing]]:
        """Yield rows as they fit into requests, those of one id in order; one that is too large stands alone."""
        most = min(self._max_bytes, limits.payload_bytes)
        request: list[_Outgoing] = []
        ids: set[str] = set()
        size = len(_FRAME) - 1  # the first row has no comma before it
        for each in _in_turns(rows):
            if request and (
                size + len(each.text) + 1 > most or len(request) >= self._max_rows or each.row_id in ids
            ):
                yield request
                request, ids, size = [], set[str](), len(_FRAME) - 1
            request.append(each)
            ids.add(each.row_id)
            size += len(each.text) + 1
        if request:
            yield request

    async def _insert(self, rows: Sequence[_Outgoing], limits: Limits) -> None:
        parts = [rows]
        while parts:
            part = parts.pop()
            try:
                await self._post(part, limits)
                self._answered |= dict.fromkeys((each.key for each in part), "")
                self._refused_in_a_row = 0
            except PermanentError as error:
                if len(part) > 1 and self._refused_in_a_row < _MAX_REFUSALS:
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
                else:
                    self._answered |= dict.fromkeys((each.key for each in part), str(error))
                    self._refused_in_a_row += 1

    async def _post(self, rows: Sequence[_Outgoing], limits: Limits) -> None:
        body = b'{"rows":[' + b",".join(each.text for each in rows) + b'],"api_version":%d}' % API_VERSION
        if len(rows) == 1 and limits.has_overflow and len(body) > limits.payload_bytes:
            await self._client.insert_around(body, cast("Mapping[str, Json]", rows[0].row))
        else:
            await self._client.insert(body)


def _in_turns(rows: Iterable[_Outgoing]) -> Sequence[_Outgoing]:
    """Return the first row of every id, then the second ones, and so on."""
    turns: dict[str, int] = {}
    turn_of: list[tuple[int, _Outgoing]] = []
    for each in rows:
        turns[each.row_id] = turn = turns.get(each.row_id, -1) + 1
        turn_of.append((turn, each))
    return [each for _, each in sorted(turn_of, key=lambda pair: pair[0])]


def _references(rows: Iterable[Row]) -> dict[str, Mapping[str, str]]:
    found = ((row, each) for row in rows for each in attachments_in(cast("Json", row)))
    return {each["key"]: {**each, **_project_of(row)} for row, each in found}


def _project_of(row: Row) -> Mapping[str, str]:
    project_id = row.get("project_id")
    return {"project_id": project_id} if project_id else {}
