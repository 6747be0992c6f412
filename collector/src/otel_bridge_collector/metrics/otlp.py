"""Readers that send the metrics to a backend over OTLP, each on a thread of its own. They decide nothing about what is measured.

A backend that is away costs the values of the moment alone: they are cumulative, so the next ones that arrive tell everything.
"""

import logging
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import (
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)

from otel_bridge_collector.config.metrics import Metrics, OtlpMetrics, PeriodicReader

logger = logging.getLogger(__name__)

_PATH: Final = "/v1/metrics"


def build_readers(metrics: Metrics) -> list[PeriodicExportingMetricReader]:
    """Return a reader for each that is configured; its thread runs, and sends once it stands in a `Meters`."""
    return [_reader(reader.periodic) for reader in metrics.readers]


def _reader(config: PeriodicReader) -> PeriodicExportingMetricReader:
    backend = config.exporter.otlp
    exporter = OTLPMetricExporter(
        endpoint=_url(backend),
        certificate_file=str(backend.certificate) if backend.certificate else None,
        headers={name: value.get_secret_value() for name, value in backend.headers.items()},
        timeout=config.timeout,
        compression=Compression.Gzip,
    )
    return PeriodicExportingMetricReader(
        TellingExporter(exporter, _place(backend)),
        export_interval_millis=config.interval * 1000,
        export_timeout_millis=config.timeout * 1000,
    )


def _url(backend: OtlpMetrics) -> str:
    has_path = urlsplit(backend.endpoint).path not in ("", "/")
    return backend.endpoint if has_path else backend.endpoint.rstrip("/") + _PATH


def _place(backend: OtlpMetrics) -> str:
    # A user's name and password, a path and a query can be secrets.
    return urlsplit(backend.endpoint).netloc.rpartition("@")[2]


class TellingExporter(MetricExporter):
    """Sends through another exporter, whose own logs are off, and logs when sending begins to fail and works again."""

    def __init__(self, inner: MetricExporter, place: str) -> None:
        """Send through `inner`.

        Args:
            inner: sends.
            place: what the log calls the backend; no secret.
        """
        super().__init__()
        self._inner = inner
        self._place = place
        self._is_failing = False
        self._is_sending = False

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: object
    ) -> MetricExportResult:
        """Send; called by one thread at a time."""
        del kwargs
        self._is_sending = True
        result = self._inner.export(metrics_data, timeout_millis)  # pyright: ignore[reportUnknownMemberType]  # its **kwargs
        self._is_sending = False
        fails = result is not MetricExportResult.SUCCESS
        if fails and not self._is_failing:
            logger.warning("the metrics do not reach %s; the next are sent all the same", self._place)
        elif self._is_failing and not fails:
            logger.info("the metrics reach %s again", self._place)
        self._is_failing = fails
        return result

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Do nothing: nothing waits here."""
        return self._inner.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        """End, without a wait; called when the last values were sent, or no time is left for them."""
        del kwargs
        if self._is_sending:
            logger.warning(
                "%s has not taken the last metrics in time; the shutdown does not wait for it", self._place
            )
        self._inner.shutdown(timeout_millis)  # pyright: ignore[reportUnknownMemberType]  # likewise
