"""Whether a sidecar's API answers at a URL, is ready, and takes the key: asked over HTTP, as any client does."""

from http import HTTPStatus
from typing import Final

import httpx

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

_TIMEOUT_S: Final = 10.0
_API: Final = "the API is on port 8585 unless --api says otherwise: --url http://127.0.0.1:8585"
_KEY: Final = "set OTEL_BRIDGE_API_KEY to a key: otel-bridge-collector keys create --name doctor --scope read"


def check_sidecar(client: httpx.Client, url: str) -> list[Finding]:
    """Return what is found of address, readiness and key; the first finding ends it, since nothing behind it can be asked."""
    base = url.rstrip("/")
    try:
        ready = client.get(f"{base}/readyz")
        known = client.get(f"{base}/v1/receipts?limit=1")
    except httpx.InvalidURL as error:
        return [wrong("address", f"{url} is no URL: {error}", _API)]
    except httpx.HTTPError as error:
        return [_unreached(base, error)]
    if fault := _no_api(base, known):
        return [fault]
    return [
        fine("address", f"a sidecar answers at {base}"),
        _ready(ready),
        _key(known, has_key="authorization" in client.headers),
    ]


def _unreached(base: str, error: httpx.HTTPError) -> Finding:
    told = str(error)
    if base.startswith("https://") and "SSL" in told and "CERTIFICATE" not in told:
        return wrong(
            "address",
            f"{base} is asked over TLS, and that port speaks plain HTTP",
            f"--url http://{base[8:]}",
        )
    if "CERTIFICATE" in told:
        return wrong("address", f"the certificate of {base} is not trusted: {told}", "SSL_CERT_FILE=CA.pem")
    if isinstance(error, httpx.ConnectError | httpx.TimeoutException):
        return wrong("address", f"nothing answers at {base}", f"otel-bridge-collector serve, or {_API}")
    if base.startswith("http://") and _speaks_tls(base):
        return wrong(
            "address", f"{base} is asked in plain HTTP, and that port speaks TLS", f"--url https://{base[7:]}"
        )
    return wrong("address", f"what answers at {base} is no HTTP/1.1; port 4317 is for gRPC alone", _API)


def _speaks_tls(base: str) -> bool:
    try:
        httpx.get(f"https://{base[7:]}/readyz", timeout=_TIMEOUT_S, verify=False)  # noqa: S501 - only asked whether it speaks TLS
    except httpx.HTTPError:
        return False
    return True


def _no_api(base: str, answer: httpx.Response) -> Finding | None:
    if answer.status_code == HTTPStatus.NOT_FOUND:
        what = "the OTLP port of a sidecar" if "send OTLP" in answer.text else "something else than a sidecar"
        return wrong("address", f"at {base} answers {what}", _API)
    if answer.status_code == HTTPStatus.MISDIRECTED_REQUEST:
        return wrong(
            "address", f"{base} is a name that the sidecar does not go by", "--url http://127.0.0.1:PORT"
        )
    return None


def _ready(answer: httpx.Response) -> Finding:
    if answer.status_code == HTTPStatus.OK:
        return fine("ready", "it takes traffic")
    reasons = answer.json().get("reasons", {})
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return wrong("ready", f"it takes no traffic: {told}", "otel-bridge-collector status")


def _key(answer: httpx.Response, *, has_key: bool) -> Finding:
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        what = "the key is wrong, revoked or expired" if has_key else "a key is needed, and there is none"
        return wrong("key", what, _KEY)
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return wrong("key", "the key may not read", _KEY)
    return fine("key", "the key may read" if has_key else "no key is needed")
