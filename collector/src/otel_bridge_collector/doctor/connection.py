"""Why no answer came from a URL: nobody listens, TLS is spoken on one side only, or a certificate does not pass. It asks nothing."""

import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx

from otel_bridge_collector.doctor.finding import Finding, wrong

_API_PORT: Final = 8585
_EXPIRED: Final = 10
_OTHER_NAME: Final = frozenset({62, 64})
"""`X509_V_ERR_HOSTNAME_MISMATCH` and `X509_V_ERR_IP_ADDRESS_MISMATCH` of OpenSSL's x509_vfy.h; expired is its 10."""

_WANTS_OURS: Final = "CERTIFICATE_REQUIRED"
_CERTIFICATE: Final = "a certificate that it trusts: --cert-file CERT.pem --key-file KEY.pem"


def api_remedy(base: str) -> str:
    """Return where the API is, as far as a URL that does not lead there tells it: its host, and whether it is asked over TLS."""
    url = urlsplit(base)
    scheme = "https" if url.scheme == "https" else "http"
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return f"the API is on port {_API_PORT} unless --api says otherwise: --url {scheme}://{host or '127.0.0.1'}:{_API_PORT}"


def explain_failure(base: str, error: httpx.HTTPError, *, is_grpc: bool = False) -> Finding:
    """Return what an error says of the sidecar at a URL without a path.

    Args:
        base: the URL.
        error: what asking it raised.
        is_grpc: whether the port is known to take gRPC alone.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(base, cause)
        if isinstance(cause, ssl.SSLError) and _WANTS_OURS not in str(cause):
            found = f"{base} is asked over TLS, and that port speaks plain HTTP"
            return wrong("address", found, f"--url http://{base.removeprefix('https://')}")
    if isinstance(error, httpx.ConnectError | httpx.TimeoutException):
        return wrong(
            "address", f"nothing answers at {base}", f"otel-bridge-collector serve, or {api_remedy(base)}"
        )
    if base.startswith("https://") and not is_grpc:
        # TLS 1.3 lets a server end the connection only after the handshake, for want of a certificate.
        return wrong("address", f"{base} ends connections without a certificate of ours", _CERTIFICATE)
    return wrong(
        "address", f"what answers at {base} is no HTTP/1.1; port 4317 is for gRPC alone", api_remedy(base)
    )


def _untrusted(base: str, error: ssl.SSLCertVerificationError) -> Finding:
    found = f"the certificate of {base} does not pass: {error.verify_message}"
    if error.verify_code in _OTHER_NAME:
        return wrong(
            "address", found, "--url with a name that is in the certificate, or a certificate for this one"
        )
    if error.verify_code == _EXPIRED:
        return wrong(
            "address", found, "a new certificate in the files of serve --tls-cert-file and --tls-key-file"
        )
    return wrong("address", found, "--ca-file CA.pem, or OTEL_BRIDGE_CA_FILE: who signed it")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__
