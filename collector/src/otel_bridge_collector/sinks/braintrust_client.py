"""Braintrust's HTTP interface as a sink needs it: objects by name, limits, rows, the way round for large ones.

Source: `braintrust` 0.47.0, measured (spec/wire.md sections 1 to 5 and 10), and our own API, which answers alike.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import httpx

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import PermanentError, RetryableError
from otel_bridge_collector.sinks.http import ask

API_VERSION: Final = 2
DEFAULT_PAYLOAD_BYTES: Final = 6 << 20
"""Where a server names no limit, as in the SDK; there is no way round then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server takes at `/logs3`.

    Attributes:
        payload_bytes: size of a request.
        has_overflow: whether a larger one may take the way round.
    """

    payload_bytes: int
    has_overflow: bool


class BraintrustClient:
    """One server, with one key."""

    def __init__(
        self, *, api_url: str, app_url: str, api_key: str, org_name: str | None, timeout_s: float
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._app_url = app_url.rstrip("/")
        self._org_name = org_name
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(timeout=timeout_s, headers=headers)
        # Signed URLs may lead to another host, which must not see the key.
        self._anonymous = httpx.AsyncClient(timeout=timeout_s)
        self._limits: Limits | None = None
        self._org_id: str | None = None

    async def limits(self) -> Limits:
        """Return what the server takes. It is asked until it answers; where it does not, the SDK's own limit holds."""
        if self._limits is not None:
            return self._limits
        default = Limits(payload_bytes=DEFAULT_PAYLOAD_BYTES, has_overflow=False)
        try:
            answer = await self._json("GET", f"{self._api_url}/version")
        except (PermanentError, RetryableError):
            return default
        named = answer.get("logs3_payload_max_bytes")
        if isinstance(named, int | float) and named > 0:
            self._limits = Limits(payload_bytes=int(named), has_overflow=True)
        else:
            self._limits = default
        return self._limits

    async def insert(self, body: bytes) -> None:
        """Send a document of rows to `/logs3`."""
        await ask(
            self._client,
            "POST",
            f"{self._api_url}/logs3",
            content=body,
            headers={"content-type": "application/json"},
        )

    async def insert_around(self, body: bytes, row: Mapping[str, Json]) -> None:
        """Upload a document of one row that is too large for `/logs3`, then name it there."""
        ids = {
            name: row[name]
            for name in ("project_id", "experiment_id", "dataset_id", "prompt_session_id", "log_id")
            if name in row
        }
        described = {
            "object_ids": ids,
            "has_comment": "comment" in row,
            "is_delete": bool(row.get("_object_delete")),
            "input_row": {"byte_size": len(body)},
        }
        request = {"content_type": "application/json", "size_bytes": len(body), "rows": [described]}
        place = await self._json("POST", f"{self._api_url}/logs3/overflow", json=request)
        await self._upload(place, body)
        named = {"type": "logs3_overflow", "key": place["key"], "size_bytes": len(body)}
        await self.insert(json.dumps({"rows": named, "api_version": API_VERSION}).encode())

    async def object_id(self, kind: str, fields: Mapping[str, Json]) -> str:
        """Return the id of a project, experiment or dataset by its name, made now where there is none."""
        organisation = {"org_name": self._org_name} if self._org_name and kind == "project" else {}
        answer = await self._json("POST", f"{self._api_url}/v1/{kind}", json={**fields, **organisation})
        if not isinstance(answer.get("id"), str):
            raise RetryableError(f"POST /v1/{kind} answered without an id")
        return str(answer["id"])

    async def upload_attachment(self, reference: Mapping[str, str], data: bytes) -> None:
        """Upload the bytes that rows refer to by `key`, `filename` and `content_type`."""
        org_id = await self._organisation()
        place = await self._json("POST", f"{self._api_url}/attachment", json={**reference, "org_id": org_id})
        await self._upload({"method": "PUT", **place}, data)
        status = {"key": reference["key"], "org_id": org_id, "status": {"upload_status": "done"}}
        await ask(self._client, "POST", f"{self._api_url}/attachment/status", json=status)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
        await self._anonymous.aclose()

    async def _organisation(self) -> str:
        if self._org_id is None:
            answer = await self._json("POST", f"{self._app_url}/api/apikey/login")
            organisations = cast("list[dict[str, object]]", answer.get("org_info") or [])
            wanted = [each for each in organisations if self._org_name in (None, each.get("name"))]
            if not wanted:
                raise RetryableError("the key belongs to no such organisation: see org_name")
            self._org_id = str(wanted[0].get("id"))
        return self._org_id

    async def _upload(self, place: Mapping[str, Any], body: bytes) -> None:
        url = str(place["signedUrl"])
        if place.get("method") == "POST":
            files = {"file": ("logs3.json", body, "application/json")}
            await ask(self._anonymous, "POST", url, data=place.get("fields") or {}, files=files)
        else:
            await ask(self._anonymous, "PUT", url, content=body, headers=place.get("headers") or {})

    async def _json(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        response = await ask(self._client, method, url, **request)
        try:
            answer = response.json()
        except ValueError as error:
            raise RetryableError(f"{method} {url} answered no JSON") from error
        return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
