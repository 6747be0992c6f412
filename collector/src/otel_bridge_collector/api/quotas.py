"""`/v1/quotas`: how far the quotas of each caller are used up."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge_collector.access import check_reaches_all
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import BOOLEAN, COUNT, OBJECT, list_of, of
from otel_bridge_collector.quota.quotas import Usage

MAX_SHOWN: Final = 200


class Counting(Protocol):
    """Counts what each caller sends."""

    is_on: bool

    def usages(self) -> Sequence[Usage]:
        """Return how far quotas are used up, the most refused first."""
        ...


def quota_operations(quotas: Counting) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""

    async def show(request: Request) -> Response:
        """Return how far quotas are used up, the most refused first."""
        check_reaches_all("sees how quotas are used")
        del request
        found = quotas.usages()
        return JSONResponse(
            {
                "is_on": quotas.is_on,
                "quotas": [asdict(each) for each in found[:MAX_SHOWN]],
                "left_out": max(0, len(found) - MAX_SHOWN),
            }
        )

    answer = of({"is_on": BOOLEAN, "quotas": list_of(OBJECT), "left_out": COUNT})
    return [Tag("quotas").get("/v1/quotas", show, answer=answer)]
