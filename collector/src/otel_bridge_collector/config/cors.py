"""Which web pages may ask: a list of their origins, each in full. It answers nothing.

Source: `confighttp.CORSConfig` of the OpenTelemetry Collector, whose patterns (`*`, `https://*.example.com`) are refused here.
"""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration

_ORIGIN: Final = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def check_origin(text: str) -> str:
    """Return an origin as browsers write it.

    Raises:
        ValueError: it is none, or stands for several.
    """
    origin = text.strip().lower().rstrip("/")
    if "*" in origin:
        raise ValueError("name each origin in full: a pattern lets pages in that nobody thought of")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError("expected an origin, for example https://app.example.com or http://localhost:3000")
    return origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]])


def _split(value: object) -> object:
    """Take what stands in a variable: origins with blanks or commas between them."""
    return (
        tuple(re.split(r"[\s,]+", value.strip(" ,")))
        if isinstance(value, str) and value.strip()
        else value or ()
    )


Origins: TypeAlias = Annotated[
    tuple[Annotated[str, AfterValidator(check_origin)], ...], BeforeValidator(_split)
]
"""Origins of web pages."""


class Cors(Section):
    """Web pages of other origins that may ask; nobody else's page may."""

    allowed_origins: Origins | None = None
    """Each in full, for example `https://app.example.com`."""
    allowed_headers: tuple[str, ...] = ()
    """Headers that they may send beside `authorization`, `content-type`, `content-encoding` and those of OpenTelemetry."""
    max_age: Duration = 7200.0
    """How long a browser may go by this answer."""
