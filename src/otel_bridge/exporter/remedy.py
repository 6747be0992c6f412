"""What mends a destination that does not take what is sent, by the class of its answer, or by why there was none. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

_KEY: Final = "otel-bridge-collector keys create --name app --scope ingest"
_REMEDIES: Final[Mapping[int, str]] = {
    HTTPStatus.OK: "otel-bridge-collector receipts tells of which process, and why",
    HTTPStatus.UNAUTHORIZED: f"set OTEL_BRIDGE_API_KEY to a key that is good: {_KEY}",
    HTTPStatus.FORBIDDEN: f"the key may not send here: it needs the scope ingest, and this project or all: {_KEY}",
    HTTPStatus.NOT_FOUND: "is it a sidecar? OTEL_BRIDGE_ENDPOINT is its OTLP port, 4318 unless told otherwise",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "log less in one span, or allow more with OTEL_BRIDGE_MAX_BODY_BYTES at the sidecar",
    HTTPStatus.TOO_MANY_REQUESTS: "send less, or raise its quota (extensions.quotas) or its memory limit at the sidecar",
}
_CERTIFICATE: Final = (
    "name who signed its certificate with OTEL_BRIDGE_CA_FILE, and ask for it by a name that is in it"
)

_NO_HTTP: Final = (
    "that port speaks no HTTP, as the gRPC port of a sidecar, 4317, does not:"
    " OTEL_BRIDGE_ENDPOINT is its port of OTLP over HTTP, 4318 unless told otherwise"
)


def remedy(status: int | None, reason: str) -> str:
    """Return what to do.

    Args:
        status: of HTTP; None where there was no answer.
        reason: what was said of the failure, by whoever found it.
    """
    if status is None:
        if "CERTIFICATE_VERIFY_FAILED" in reason:
            return _CERTIFICATE
        if "BadStatusLine" in reason:
            return _NO_HTTP
        if "SSL" in reason:
            return "does that port speak TLS, and does it want a certificate of ours? otel-bridge-collector doctor"
        return "is the sidecar running? otel-bridge-collector serve"
    if status == HTTPStatus.UNAUTHORIZED and "keys create" in reason:
        return "set OTEL_BRIDGE_API_KEY of the app to one"
    return _REMEDIES.get(status, "otel-bridge-collector doctor tells what is wrong there")
