"""Whether a sidecar's API answers at a URL, is ready, and takes the key: asked over HTTP, as any client does."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import httpx

from otel_bridge_collector.doctor.connection import api_remedy, explain_failure
from otel_bridge_collector.doctor.finding import Finding, fine, wrong
from otel_bridge_collector.doctor.port import speaks_grpc_alone

_READY: Final = frozenset({HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE})
_HTTPS_PORT: Final = 443
_KEY: Final = "set OTEL_BRIDGE_API_KEY to a key: otel-bridge-collector keys create --name doctor --scope read"


def check_sidecar(client: httpx.Client, url: str) -> list[Finding]:
    """Return what is found of address, readiness and key; the first finding ends it, since nothing behind it can be asked."""
    base = url.rstrip("/")
    try:
        ready = client.get(f"{base}/readyz")
        known = client.get(f"{base}/v1/receipts?limit=1")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        return [wrong("address", f"{url} is no URL: {error}", api_remedy(""))]
    except httpx.HTTPError as error:
        return [explain_failure(base, error, is_grpc=_is_grpc(httpx.URL(base)))]
    if fault := _no_api(base, ready, known):
        return [fault]
    return [
        fine("address", f"a sidecar answers at {base}"),
        _ready(ready),
        _key(known, has_key="authorization" in client.headers),
    ]


def _is_grpc(url: httpx.URL) -> bool:
    return url.scheme == "https" and speaks_grpc_alone(url.host, url.port or _HTTPS_PORT)


def _no_api(base: str, ready: httpx.Response, known: httpx.Response) -> Finding | None:
    told = _json(ready)
    if told.get("code") == "tlsNeeded":
        found = f"{base} is asked in plain HTTP, and that port speaks TLS"
        return wrong("address", found, f"--url https://{base.removeprefix('http://')}")
    if ready.status_code == HTTPStatus.MISDIRECTED_REQUEST:
        found = f"{base} is a name that the sidecar does not go by"
        return wrong(
            "address",
            found,
            f"--url {base.partition('://')[0]}://127.0.0.1:PORT, or serve --api 0.0.0.0:PORT",
        )
    if known.status_code == HTTPStatus.NOT_FOUND and "send OTLP" in known.text:
        return wrong("address", f"at {base} answers the OTLP port of a sidecar", api_remedy(base))
    if "status" not in told or ready.status_code not in _READY or known.status_code == HTTPStatus.NOT_FOUND:
        return wrong("address", f"at {base} answers something else than a sidecar", api_remedy(base))
    return None


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told: object = answer.json()
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", told) if isinstance(told, dict) else {}


def _ready(answer: httpx.Response) -> Finding:
    if answer.status_code == HTTPStatus.OK:
        return fine("ready", "it takes traffic")
    reasons = answer.json().get("reasons", {})
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    remedy = "what it says, or otel-bridge-collector status: how much waits for which destination"
    return wrong("ready", f"it takes no traffic: {told}", remedy)


def _key(answer: httpx.Response, *, has_key: bool) -> Finding:
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        what = "the key is wrong, revoked or expired" if has_key else "a key is needed, and there is none"
        return wrong("key", what, _KEY)
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return wrong("key", "the key may not read", _KEY)
    return fine("key", "the key may read" if has_key else "no key is needed")
