"""`/v1/delivery`: how far each destination is, and replays."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Protocol, cast

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import check_reaches_all
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import BOOLEAN, COUNT, NAME, OBJECT, TEXT, list_of, of
from otel_bridge_collector.deliver.destination import Status
from otel_bridge_collector.deliver.replay import Replay, ReplayError, first_since
from otel_bridge_collector.spool.spool import Spool


class Replaying(Protocol):
    """The delivery of one destination."""

    @property
    def next_seq(self) -> int:
        """The number of the first record that the destination does not have."""
        ...

    @property
    def last_replay(self) -> Replay | None:
        """The replay that runs or was the last."""
        ...

    def replay(self, replay: Replay) -> None:
        """Send again what a replay says."""
        ...


class Delivering(Protocol):
    """All destinations."""

    def statuses(self) -> Sequence[Status]:
        """Return how far each is."""
        ...

    def get(self, name: str) -> Replaying | None:
        """Return the delivery of one."""
        ...


def delivery_operations(deliveries: Delivering, spool: Spool) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    endpoint = DeliveryEndpoint(deliveries, spool)
    tag = Tag("delivery")
    asked = of({"sink": NAME}, {"since": TEXT, "dead_letters": BOOLEAN})
    return [
        tag.get(
            "/v1/delivery", endpoint.show, answer=of({"end_seq": COUNT, "destinations": list_of(OBJECT)})
        ),
        tag.post("/v1/delivery/replay", endpoint.replay, body=asked, answer=OBJECT, begun=OBJECT),
    ]


class DeliveryEndpoint:
    """Answers for the deliveries."""

    def __init__(
        self, deliveries: Delivering, spool: Spool, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._deliveries = deliveries
        self._spool = spool
        self._now = now

    async def show(self, request: Request) -> Response:
        """Return how far each destination is."""
        check_reaches_all("sees how delivery goes")
        del request
        destinations = [self._destination(status) for status in self._deliveries.statuses()]
        return JSONResponse({"end_seq": self._spool.end_seq, "destinations": destinations})

    async def replay(self, request: Request) -> Response:
        """Begin a replay: of what came since a time, or of dead letters."""
        check_reaches_all("lets destinations have it once more")
        body = await read_object(request)
        name = str(body.get("sink") or "")
        delivery = self._deliveries.get(name)
        if delivery is None:
            known = ", ".join(status.name for status in self._deliveries.statuses())
            raise RequestError(
                f'there is no destination "{name}"; there are {known}', code="notFound", status=404
            )
        if body.get("dead_letters"):
            replay = Replay(dead_letters=True)
        else:
            since = _since(body.get("since"))
            first = await anyio.to_thread.run_sync(first_since, self._spool, since)
            replay = Replay(next_seq=first, until_seq=delivery.next_seq)
        try:
            delivery.replay(replay)
        except ReplayError as error:
            raise RequestError(str(error), code="conflict", status=409) from error
        return JSONResponse({"sink": name, **_shown(replay)}, status_code=202)

    def _destination(self, status: Status) -> dict[str, Json]:
        delivery = self._deliveries.get(status.name)
        replay = delivery.last_replay if delivery else None
        return {**asdict(status), "replay": _shown(replay) if replay else None}


def _shown(replay: Replay) -> dict[str, Json]:
    return cast("dict[str, Json]", asdict(replay))


def _since(text: Json) -> int:
    """Return Unix nanoseconds.

    Raises:
        RequestError: it is no time.
    """
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        message = f'"since" is no time: {text!r}; write it like 2026-01-31T10:30:00Z'
        raise RequestError(message, code="badTimestamp") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1e9)
