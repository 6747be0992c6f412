"""`GET /v1/receipts`: of each process that sends, how many spans ended, arrived, are stored or were lost, and why."""

import time
from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final, cast

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import Access
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import BOOLEAN, COUNT, OBJECT, TEXT, list_of, of
from otel_bridge_collector.receipt.account import Account, Standing, standing
from otel_bridge_collector.receipt.ledger import ReceiptLedger

DEFAULT_LIMIT: Final = 100
_MAX_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An account with how it stands.

    Attributes:
        last_heard_s: how long ago its newest request came.
    """

    account: Account
    standing: Standing
    last_heard_s: float

    @property
    def name(self) -> str:
        """What people may call it."""
        receipt = self.account.receipt
        who = self.account.service or "a service without a name"
        return f"process {receipt.pid} of {who}" if receipt else self.account.key or who

    def missing(self) -> str:
        """Say what will never be stored, or is not yet; empty when nothing is missing."""
        told = self.standing
        lost = [
            (told.never_arrived, "never arrived"),
            (told.queue_full, "were dropped there because the queue was full"),
            (told.unsent, "could not be sent"),
            (told.refused, "were refused one by one"),
            (sum(told.rejected.values()), "were rejected here"),
            (sum(told.dead_letters.values()), "are among the dead letters"),
            (told.in_flight, "are still on their way"),
        ]
        said = ", ".join(f"{number} {what}" for number, what in lost if number)
        return f"of {told.ended} spans of {self.name}, {said}" if said else ""


class Receipts:
    """The accounts that the caller of the running request may see: of senders that reach no more than it does."""

    def __init__(
        self,
        ledger: ReceiptLedger,
        access: Callable[[], Access],
        *,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._ledger = ledger
        self._access = access
        self._now_ns = now_ns

    def all(self) -> list[Held]:
        """Return all, the one that was heard last first."""
        now_ns = self._now_ns()
        return [
            _held(account, buried, now_ns)
            for account, buried in self._ledger.accounts(self._access().projects)
        ]

    def of(self, processes: Set[str]) -> list[Held]:
        """Return those of some processes."""
        return [each for each in self.all() if each.account.key in processes] if processes else []


def receipt_operations(receipts: Receipts, counted: Callable[[], Awaitable[bool]]) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    answer = of({"is_current": BOOLEAN, "total": COUNT, "receipts": list_of(OBJECT)})
    return [
        Tag("receipts").get(
            "/v1/receipts",
            ReceiptsEndpoint(receipts, counted).show,
            query={"process": TEXT, "limit": COUNT},
            answer=answer,
        )
    ]


class ReceiptsEndpoint:
    """Answers for the receipts."""

    def __init__(self, receipts: Receipts, counted: Callable[[], Awaitable[bool]]) -> None:
        self._receipts = receipts
        self._counted = counted

    async def show(self, request: Request) -> Response:
        """Return what became of the spans of each process, newest first.

        `is_current` tells whether everything that was acknowledged before is counted.
        """
        limit = _limit(request.query_params.get("limit"))
        process = request.query_params.get("process", "")
        is_current = await self._counted()
        held = await anyio.to_thread.run_sync(self._receipts.all)
        if process:
            held = [each for each in held if process in (each.account.key, _pid(each))]
        shown = [described(each) for each in held[:limit]]
        return json_response({"is_current": is_current, "total": len(held), "receipts": shown})


def described(held: Held) -> dict[str, Json]:
    """Return an account as the API tells it."""
    account, receipt = held.account, held.account.receipt
    lag_ns = account.least_lag_ns
    return {
        "process": account.key,
        "pid": receipt.pid if receipt else None,
        "name": held.name,
        "service": account.service,
        "instance": account.instance,
        "sdk": account.sdk,
        "first_heard": _time(account.first_ns),
        "last_heard": _time(account.last_ns),
        "last_heard_s": round(held.last_heard_s, 3),
        "least_lag_s": None if lag_ns is None else round(lag_ns / 1e9, 3),
        "dropped_attributes": account.dropped_attributes,
        **cast("Mapping[str, Json]", asdict(held.standing)),
        "says": held.missing(),
    }


def _held(account: Account, buried: Mapping[str, int], now_ns: int) -> Held:
    return Held(
        account=account,
        standing=standing(account, buried, now_ns),
        last_heard_s=max(now_ns - account.last_ns, 0) / 1e9,
    )


def _pid(held: Held) -> str:
    receipt = held.account.receipt
    return str(receipt.pid) if receipt else ""


def _limit(text: str | None) -> int:
    """Read how many are asked for.

    Raises:
        RequestError: it is no number, or too large.
    """
    if text is None:
        return DEFAULT_LIMIT
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_LIMIT))
    if not is_number or int(text) > _MAX_LIMIT:
        raise RequestError(f'"limit" has to be a number up to {_MAX_LIMIT}', code="badLimit")
    return int(text)


def _time(moment_ns: int) -> str:
    return datetime.fromtimestamp(moment_ns / 1e9, UTC).isoformat()
