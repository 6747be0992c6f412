"""What a query is answered with: one JSON object, or rows alone as JSON lines, CSV or Parquet.

Source: spec/btql.md sections 7.3 to 7.8. Where the body has rows alone, cursor and warnings are in the headers.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import anyio.to_thread
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.csv_text import to_csv
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.parquet import to_parquet
from otel_bridge_collector.api.reading import Read
from otel_bridge_collector.query.notice import Notice
from otel_bridge_collector.store.json_text import dump_json

_MAX_HEADER: Final = 4096
_BEHIND: Final = Notice(
    code="storeBehind",
    message="the store is behind: rows that were acknowledged before this query may be missing; ask again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How rows alone are written.

    Attributes:
        max_bytes: text that the rows of one answer may have.
    """

    media_type: str
    max_bytes: int
    write: Callable[[Read], bytes] | None = None


async def respond(read: Read, fmt: Format) -> Response:
    """Return the answer to a query."""
    headers = {"x-bt-cursor": read.answer.cursor} if read.answer.cursor else {}
    if fmt.write is None:
        return json_response(_envelope(read), headers)
    if warnings := _warnings(read):
        # Text beyond ASCII is escaped, as a header must be.
        headers["x-bt-warnings"] = json.dumps(warnings)[:_MAX_HEADER]
    content = await anyio.to_thread.run_sync(fmt.write, read)
    return Response(content, media_type=fmt.media_type, headers=headers)


def read_format(body: Mapping[str, Json]) -> Format:
    """Return the format that a request asks for.

    Raises:
        RequestError: there is none of that name.
    """
    name = body.get("fmt", "json")
    if isinstance(name, str) and name in FORMATS:
        return FORMATS[name]
    raise RequestError(f"fmt is none of {', '.join(FORMATS)}", code="invalidFmt")


def _envelope(read: Read) -> Mapping[str, Json]:
    answer = read.answer
    body: dict[str, Json] = {"data": answer.data, "schema": answer.schema}
    if answer.cursor:
        body["cursor"] = answer.cursor
    xact_id = read.newest_xact_id
    return body | {
        "realtime_state": {
            "type": "on",
            "minimum_xact_id": xact_id,
            "read_bytes": 0,
            "actual_xact_id": xact_id,
        },
        "warnings": _warnings(read),
        "freshness_state": {
            "last_processed_xact_id": xact_id,
            # Clients take an answer for fresh when both are equal (spec/btql.md section 7.4).
            "last_considered_xact_id": xact_id if read.is_complete else None,
        },
    }


def _warnings(read: Read) -> list[Json]:
    return [
        {"code": notice.code, "message": notice.message, "stage": notice.stage, "severity": "warning"}
        for notice in (*read.notices, *(() if read.is_complete else (_BEHIND,)))
    ]


def _lines(read: Read) -> bytes:
    return "".join(f"{dump_json(row)}\n" for row in read.answer.data).encode()


def _csv(read: Read) -> bytes:
    return to_csv(list(read.answer.properties), read.answer.data, _cell).encode()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dump_json(value)


FORMATS: Final[Mapping[str, Format]] = {
    "json": Format(media_type="application/json", max_bytes=32 << 20),
    "jsonl": Format(media_type="application/x-ndjson", max_bytes=256 << 20, write=_lines),
    "csv": Format(media_type="text/csv", max_bytes=256 << 20, write=_csv),
    "parquet": Format(
        media_type="application/vnd.apache.parquet",
        max_bytes=256 << 20,
        write=lambda read: to_parquet(read.answer),
    ),
}
"""Name -> format."""
