"""Rows that clients write: checked, kept durably, and answered with their ids."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import anyio.to_thread
from starlette.requests import Request

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.api.body import read_bytes
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.decode.native import CheckedRows, Refusal, check_rows, parse_json
from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError, SpoolError

KeepRows = Callable[[Sequence[Row]], Awaitable[int]]
"""Keeps rows durably and returns their transaction; `ingest.Ingest.rows` does."""

RowFault = Callable[[Row], str]
"""Says why the caller may not write a row, empty when it may; `ingest.Ingest.row_fault` does."""

MaskFields = Callable[[Mapping[str, Json]], Mapping[str, Json]]
"""Returns the fields of a named object as they may be kept; `ingest.Ingest.masked` does."""

MAX_BATCH_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the rows of a request; those that were kept are durable.

    Attributes:
        ids: the ids of the rows that were kept, in the order of the request.
        xact_id: the transaction that they belong to.
        refused: the others.
    """

    ids: Sequence[str]
    xact_id: str
    refused: Sequence[Refusal]

    def as_json(self) -> dict[str, Json]:
        """Return the refused rows as an answer names them; empty when there are none."""
        refused: list[Json] = [each.as_json() for each in self.refused]
        return {"refused": refused} if refused else {}


class RowWriter:
    """Writes rows through the one door."""

    def __init__(self, keep: KeepRows, row_fault: RowFault) -> None:
        self._keep = keep
        self._row_fault = row_fault

    async def write(self, rows: Sequence[Json], *, leaves_out: bool = False) -> Written:
        """Keep the rows that can be kept and that the caller may write.

        Args:
            rows: as they came.
            leaves_out: whether rows are kept without fields of the wrong type (`decode.native.check_rows`).

        Raises:
            RequestError: there are none among them, or the spool cannot take them now.
        """
        checked = await anyio.to_thread.run_sync(partial(self._check, rows, leaves_out=leaves_out))
        if checked.refused and not checked.rows:
            first = checked.refused[0]
            raise RequestError(
                f"row {first.index} cannot be kept: {first.reason}",
                code="badRow",
                hint="none of the rows was kept; each is named in refused",
                details={"refused": [each.as_json() for each in checked.refused]},
            )
        xact_id = 0
        if checked.rows:
            try:
                xact_id = await self._keep(checked.rows)
            except SpoolError as error:
                raise RequestError(
                    f"cannot keep rows now: {error}",
                    code="overloaded",
                    status=503,
                    hint="send them again in a second",
                ) from error
        return Written(
            ids=[row.get("id", "") for row in checked.rows], xact_id=str(xact_id), refused=checked.refused
        )

    def _check(self, rows: Sequence[Json], *, leaves_out: bool) -> CheckedRows:
        checked = check_rows(rows, leaves_out=leaves_out)
        faults = [self._row_fault(row) for row in checked.rows]
        if not any(faults):
            return checked
        # Rows that have no fault of their own stand in the request between the others.
        ruled_out = {refusal.index for refusal in checked.refused}
        places = [index for index in range(len(rows)) if index not in ruled_out]
        foreign = [
            Refusal(index=index, id=row.get("id"), reason=fault)
            for index, row, fault in zip(places, checked.rows, faults, strict=True)
            if fault
        ]
        return CheckedRows(
            rows=[row for row, fault in zip(checked.rows, faults, strict=True) if not fault],
            refused=sorted([*checked.refused, *foreign], key=lambda refusal: refusal.index),
        )


async def read_json(request: Request, *, max_bytes: int = MAX_BATCH_BYTES) -> Mapping[str, Json]:
    """Return the JSON object in a body, nulls included.

    Raises:
        RequestError: the body is above `max_bytes` or no JSON object.
    """
    return await anyio.to_thread.run_sync(json_object, await read_bytes(request, max_bytes=max_bytes))


def json_object(body: bytes) -> Mapping[str, Json]:
    """Return the JSON object that bytes hold.

    Raises:
        RequestError: they hold none.
    """
    try:
        value = parse_json(body)
    except MalformedBodyError as error:
        raise RequestError(str(error), code="invalidJson") from error
    except BodyTooLargeError as error:
        raise RequestError(str(error), code="requestTooLarge", status=413) from error
    if not isinstance(value, Mapping):
        raise RequestError("the body is no JSON object", code="invalidJson")
    return value


def list_in(body: Mapping[str, Json], name: str) -> Sequence[Json]:
    """Return the list of a member of a body.

    Raises:
        RequestError: it is not there, or no list.
    """
    value = body.get(name)
    if not isinstance(value, list):
        raise RequestError(f'the body has no list "{name}"', code="invalidJson")
    return value
