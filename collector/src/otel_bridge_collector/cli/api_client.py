"""A request of the command line to the sidecar's API, and its JSON answer; what an answer means is up to the command."""

from collections.abc import Mapping
from typing import Any, Final, cast

import click
import httpx

from otel_bridge_collector.errors import SettingsError

SHOWN_DEFAULT: Final = "where OTEL_BRIDGE_API says, http://127.0.0.1:8585 unless set"
"""What `--help` says of a URL that is not given."""

_TIMEOUT_S: Final = 60.0
_EVERY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
"""Hosts that one can listen on and not ask -> what listens there too."""


def default_url() -> str:
    """Return the URL of the API, from the setting that tells the sidecar where to listen.

    Raises:
        ClickException: a setting cannot be used.
    """
    # Only who gives no URL waits for the import of what reads settings.
    from otel_bridge_collector.settings import Address, load_settings  # noqa: PLC0415 - see above

    try:
        api = load_settings().api
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    return f"http://{Address(host=_EVERY_ADDRESS.get(api.host, api.host), port=api.port)}"


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
    try:
        return httpx.request(
            method,
            f"{url.rstrip('/')}{path}",
            json=body,
            content=content,
            headers={**_key_header(), **(headers or {})},
            timeout=_TIMEOUT_S,
        )
    except httpx.ConnectError as error:
        raise click.ClickException(
            f"no sidecar answers at {url}: start one with: otel-bridge-collector serve"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"cannot ask {url}: {error}") from error


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


def _key_header() -> dict[str, str]:
    """Return the header with the key of `OTEL_BRIDGE_API_KEY` or `BRAINTRUST_API_KEY`; none where neither is set."""
    from otel_bridge_collector.settings import ClientSettings  # noqa: PLC0415 - see default_url

    key = ClientSettings().api_key
    return {"authorization": f"Bearer {key}"} if key else {}


def fault_message(answer: Mapping[str, object]) -> str:
    """Return what an answer says is wrong: the API's words, those of an OTLP port, or all of it."""
    return str(answer.get("Message") or answer.get("message") or dict(answer))
