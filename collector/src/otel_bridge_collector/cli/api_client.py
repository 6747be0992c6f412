"""A request of the command line to the sidecar's API, and its JSON answer; what an answer means is up to the command."""

from collections.abc import Mapping
from typing import Any, Final, cast

import click
import httpx

DEFAULT_URL: Final = "http://127.0.0.1:8585"
_TIMEOUT_S: Final = 60.0


def ask(
    url: str, method: str, path: str, body: Mapping[str, object] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that the API at `url` answers.

    Raises:
        ClickException: nothing answers there, or no sidecar does.
    """
    try:
        response = httpx.request(method, f"{url.rstrip('/')}{path}", json=body, timeout=_TIMEOUT_S)
        answer: object = response.json()
    except httpx.ConnectError as error:
        raise click.ClickException(
            f"no sidecar answers at {url}: start one with: otel-bridge-collector serve"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"cannot ask {url}: {error}") from error
    except ValueError as error:  # no JSON
        raise click.ClickException(f"what answers at {url} is no sidecar") from error
    if not isinstance(answer, dict):
        raise click.ClickException(f"what answers at {url} is no sidecar")
    return response.status_code, cast("dict[str, Any]", answer)
