"""JSON bodies of the API: requests within a limit, answers with whatever a row holds.

Braintrust's SDK sends some requests without a content type, so it is not looked at.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.json_text import dump_json

MAX_BODY_BYTES: Final = 10 << 20


async def read_object(
    request: Request, *, may_be_empty: bool = False, too_large_status: int = 413
) -> Mapping[str, Json]:
    """Return the JSON object in a body; its null members are as good as absent and left out.

    Args:
        request: whose body is read.
        may_be_empty: whether no body at all is an object without members.
        too_large_status: how a body above the limit is answered.

    Raises:
        RequestError: the body is above `MAX_BODY_BYTES` or no JSON object.
    """
    content = await read_bytes(request, max_bytes=MAX_BODY_BYTES, too_large_status=too_large_status)
    if may_be_empty and not content.strip():
        return {}
    try:
        body: Json = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RequestError(f"the body is no JSON: {error}", code="invalidJson") from error
    if not isinstance(body, dict):
        raise RequestError("the body is no JSON object", code="invalidJson")
    return {name: value for name, value in body.items() if value is not None}


async def read_bytes(request: Request, *, max_bytes: int, too_large_status: int = 413) -> bytes:
    """Return a body.

    Raises:
        RequestError: it is above `max_bytes`.
    """
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > max_bytes:
            raise RequestError(
                f"the body is above {max_bytes} bytes", code="requestTooLarge", status=too_large_status
            )
    return bytes(chunks)


def json_response(body: Json, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    return Response(dump_json(body), media_type="application/json", headers=headers)
