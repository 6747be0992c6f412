"""Which pages of other origins may ask each HTTP port, and for what: OTLP on its own port, feedback with a token on that of the API."""

from typing import Final

from otel_bridge_collector.config.cors import Cors
from otel_bridge_collector.receive.origin import Allowed
from otel_bridge_collector.settings import Settings

OTLP_PATHS: Final = frozenset({"/v1/traces", "/v1/logs", "/otel/v1/traces", "/otel/v1/logs"})
API_PATHS: Final = frozenset({"/v1/feedback"})


def otlp_pages(settings: Settings) -> Allowed:
    """Return the pages that may send OTLP."""
    receivers = settings.config.receivers
    protocols = receivers and receivers.otlp and receivers.otlp.protocols
    cors = protocols and protocols.http and protocols.http.cors
    return _allowed(settings.otlp_http_origins, OTLP_PATHS, cors or Cors())


def api_pages(settings: Settings) -> Allowed:
    """Return the pages that may send feedback with a token."""
    extensions = settings.config.extensions
    cors = extensions and extensions.api and extensions.api.cors
    return _allowed(settings.api_origins, API_PATHS, cors or Cors())


def _allowed(origins: tuple[str, ...], paths: frozenset[str], cors: Cors) -> Allowed:
    return Allowed(
        origins=frozenset(origins),
        paths=paths,
        headers=tuple(name.lower() for name in cors.allowed_headers),
        max_age_s=round(cors.max_age),
    )
