"""A request of the command line to the sidecar's API, and its JSON answer; what an answer means is up to the command."""

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import click
import httpx

from otel_bridge_collector.cli.terminal import printable
from otel_bridge_collector.errors import SettingsError

if TYPE_CHECKING:
    from otel_bridge_collector.settings import ClientSettings

TLS_OPTIONS: Final = "otel_bridge.tls"
"""Where in a context's `meta` the files of TLS are that options have named, by the setting of each."""

SHOWN_DEFAULT: Final = "OTEL_BRIDGE_API, BRAINTRUST_API_URL or http://127.0.0.1:8585"
"""What `--help` says of a URL that is not given."""

_TIMEOUT_S: Final = 60.0
_HOSTED: Final = (".braintrust.dev", ".braintrustdata.com")
"""Hosts that are no sidecar: an app may send to them while commands ask the sidecar beside it."""

_EVERY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
"""Hosts that one can listen on and not ask -> what listens there too."""


def default_url() -> str:
    """Return the URL of the API, from the setting that tells the sidecar where to listen, else where apps find it.

    Raises:
        ClickException: a setting cannot be used.
    """
    # Only who gives no URL waits for the import of what reads settings.
    from otel_bridge_collector.receive.tls_files import tls_files  # noqa: PLC0415 - see above
    from otel_bridge_collector.settings import Address, ClientSettings, load_settings  # noqa: PLC0415 - see above

    try:
        settings = load_settings()
        is_tls = settings.api.scheme == "https" or tls_files(settings)["api"] is not None
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    told = ClientSettings().api_url.rstrip("/")
    if "api" not in settings.model_fields_set and told and not _is_hosted(told):
        return told
    api = settings.api
    scheme = "https" if is_tls else "http"
    return f"{scheme}://{Address(host=_EVERY_ADDRESS.get(api.host, api.host), port=api.port)}"


def _is_hosted(url: str) -> bool:
    return f".{urlsplit(url).hostname or ''}".endswith(_HOSTED)


def send(
    url: str,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Return what the API at `url` answers, whatever its status.

    Raises:
        ClickException: nothing answers there.
    """
    from otel_bridge_collector.settings import ClientSettings  # noqa: PLC0415 - see default_url

    settings = ClientSettings(**_options())
    try:
        return httpx.request(
            method,
            f"{url.rstrip('/')}{path}",
            json=body,
            content=content,
            headers={**_key_header(settings), **(headers or {})},
            timeout=_TIMEOUT_S,
            verify=_context(settings),
        )
    except httpx.ConnectError as error:
        if refused := _tls_fault(error):
            raise click.ClickException(f"cannot speak TLS with {url}: {refused}") from error
        raise click.ClickException(
            f"no sidecar answers at {url}: start one with: otel-bridge-collector serve"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"cannot ask {url}: {error}{_hint(error, url, settings)}") from error


def ask(
    url: str, method: str, path: str, body: Mapping[str, object] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that the API at `url` answers.

    Raises:
        ClickException: nothing answers there, or no sidecar does.
    """
    response = send(url, method, path, body)
    try:
        answer: object = response.json()
    except ValueError as error:
        raise click.ClickException(f"what answers at {url} is no sidecar") from error
    if not isinstance(answer, dict):
        raise click.ClickException(f"what answers at {url} is no sidecar")
    return response.status_code, cast("dict[str, Any]", answer)


def open_client(*, timeout_s: float = _TIMEOUT_S) -> httpx.Client:
    """Return a client with the key and the certificates of the settings, for who looks at failures itself.

    Raises:
        ClickException: a file cannot be used.
    """
    from otel_bridge_collector.settings import ClientSettings  # noqa: PLC0415 - see default_url

    settings = ClientSettings(**_options())
    return httpx.Client(headers=_key_header(settings), timeout=timeout_s, verify=_context(settings))


def _key_header(settings: "ClientSettings") -> dict[str, str]:
    """Return the header with the key of `OTEL_BRIDGE_API_KEY` or `BRAINTRUST_API_KEY`; none where neither is set."""
    return {"authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}


def _options() -> dict[str, Any]:
    context = click.get_current_context(silent=True)
    return dict(context.meta.get(TLS_OPTIONS, {})) if context else {}


def _context(settings: "ClientSettings") -> ssl.SSLContext:
    """Return what a server's certificate is checked with, and our own where one is named.

    Raises:
        ClickException: a file cannot be used.
    """
    files = (settings.ca_file, settings.client_cert_file, settings.client_key_file)
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.client_cert_file:
            context.load_cert_chain(settings.client_cert_file, settings.client_key_file)
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(str(file) for file in files if file)
        raise click.ClickException(f"cannot use the certificates {named}: {error}") from error
    return context


def _tls_fault(error: BaseException) -> str:
    """Return what TLS says is wrong, and what to do; empty where it is not about TLS."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if not isinstance(cause, ssl.SSLError):
        return ""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"{cause.verify_message}: name who signed its certificate with --ca-file or OTEL_BRIDGE_CA_FILE"
        )
    return f"{cause.reason or cause}: is it an http:// URL?"


def _hint(error: Exception, url: str, settings: "ClientSettings") -> str:
    """Return what may be missing or mistaken; TLS 1.3 lets a connection end at once for want of a certificate."""
    is_cut = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
    if is_cut and url.startswith("https://") and not settings.client_cert_file:
        return ": if it wants a certificate of ours, name it with --cert-file and --key-file"
    if isinstance(error, httpx.RemoteProtocolError):
        return ": that is no HTTP, and perhaps the port of gRPC; the API has one of its own, 8585 unless told otherwise"
    if isinstance(error, httpx.UnsupportedProtocol):
        return f" Write --url http://{url}"
    return ""


class QueryFault(click.ClickException):
    """A query that the sidecar refuses is wrong usage, as a wrong flag is."""

    exit_code = 2

    def __init__(self, answer: Mapping[str, object]) -> None:
        snippet = printable(str(answer.get("snippet") or ""))
        super().__init__(f"{fault_message(answer)}\n\n{snippet}" if snippet else fault_message(answer))


def answer_fault(status: int, answer: Mapping[str, object]) -> click.ClickException:
    """Return what to raise for the answer to a query that is none; with the line of the query and a caret under the place, where it has them."""
    return (
        QueryFault(answer)
        if status == HTTPStatus.BAD_REQUEST
        else click.ClickException(fault_message(answer))
    )


def fault_message(answer: Mapping[str, object]) -> str:
    """Return what an answer says is wrong: the API's words, those of an OTLP port, or all of it."""
    return printable(str(answer.get("Message") or answer.get("message") or dict(answer)))
