"""Every metric of the sidecar: its name, what it counts, and its labels. It counts nothing.

Names that begin with `otelcol_` are those of the OpenTelemetry Collector, for what means the same here; ours begin with `otel_bridge_`.
Labels take few values: names of exporters as configured, and closed sets of words. Nothing that a sender chooses becomes one.

Source: opentelemetry-collector, "Internal telemetry" (opentelemetry.io/docs/collector/internal-telemetry), read 2026-11-25.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from otel_bridge_collector.telemetry import Counted

Signal = Literal["traces", "logs", "rows"]

_RECEIVED: Final = ("receiver", "transport")
_REFUSED: Final = ("receiver", "transport", "reason")
_EXPORTER: Final = ("exporter",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A value that is asked for when somebody reads it.

    Attributes:
        name: for OTLP and Prometheus alike.
        unit: in UCUM.
        labels: names of its labels.
        only_grows: whether it is a counter for its readers.
    """

    name: str
    description: str
    unit: str
    labels: Sequence[str] = ()
    only_grows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A histogram.

    Attributes:
        bounds: the upper ends of its buckets.
    """

    name: str
    description: str
    unit: str
    bounds: Sequence[float]
    labels: Sequence[str] = ()


ACCEPTED: Final[Mapping[Signal, Counted]] = {
    "traces": Counted("otelcol_receiver_accepted_spans", "{span}", "Spans that are durable", _RECEIVED),
    "logs": Counted(
        "otelcol_receiver_accepted_log_records", "{record}", "Log records that are durable", _RECEIVED
    ),
    "rows": Counted(
        "otel_bridge_receiver_accepted_rows", "{row}", "Rows that came as rows and are durable", _RECEIVED
    ),
}
REFUSED: Final[Mapping[Signal, Counted]] = {
    "traces": Counted(
        "otelcol_receiver_refused_spans", "{span}", "Spans of requests that were read, and not kept", _REFUSED
    ),
    "logs": Counted(
        "otelcol_receiver_refused_log_records",
        "{record}",
        "Log records of requests that were read, and not kept",
        _REFUSED,
    ),
    "rows": Counted(
        "otel_bridge_receiver_refused_rows",
        "{row}",
        "Rows of requests that were read, and not kept",
        _REFUSED,
    ),
}
REFUSED_POINTS: Final = Counted(
    "otelcol_receiver_refused_metric_points",
    "{datapoint}",
    "Data points of metrics, none of which is kept",
    _REFUSED,
)
REFUSED_REQUESTS: Final = Counted(
    "otel_bridge_receiver_refused_requests", "{request}",
    "Requests that were refused whole: `unauthenticated` are wrong keys, `rate_limited` callers with too many of them or too much in flight, `quota` callers that sent more than they may",
    ("transport", "reason"),
)  # fmt: skip
SENT: Final[Mapping[Signal, Counted]] = {
    "traces": Counted(
        "otelcol_exporter_sent_spans",
        "{span}",
        "Spans that a destination took; at a destination of rows, their rows and updates",
        _EXPORTER,
    ),
    "logs": Counted(
        "otelcol_exporter_sent_log_records",
        "{record}",
        "Log records that a destination took, likewise",
        _EXPORTER,
    ),
    "rows": Counted(
        "otel_bridge_exporter_sent_rows",
        "{row}",
        "Rows that came as rows and that a destination took",
        _EXPORTER,
    ),
}
SEND_FAILED: Final[Mapping[Signal, Counted]] = {
    "traces": Counted(
        "otelcol_exporter_send_failed_spans",
        "{span}",
        "Spans that a destination will never take, likewise",
        _EXPORTER,
    ),
    "logs": Counted(
        "otelcol_exporter_send_failed_log_records",
        "{record}",
        "Log records that a destination will never take",
        _EXPORTER,
    ),
    "rows": Counted(
        "otel_bridge_exporter_send_failed_rows", "{row}", "Rows that a destination will never take", _EXPORTER
    ),
}
SENT_REQUESTS: Final = Counted(
    "otel_bridge_exporter_sent_requests",
    "{request}",
    "Requests of the spool that a destination has got",
    _EXPORTER,
)
FAILED_ATTEMPTS: Final = Counted(
    "otel_bridge_exporter_failed_attempts", "{attempt}", "Attempts that failed and are made again", _EXPORTER
)
DEAD_LETTERS: Final = Counted(
    "otel_bridge_exporter_dead_letters", "{request}",
    "Requests that were buried: all or some of one `refused` by the destination, or `not_translated`", ("exporter", "reason"),
)  # fmt: skip
TRANSLATION: Final = Counted(
    "otel_bridge_exporter_translation_time",
    "s",
    "Time spent on making rows or requests of what the spool holds",
    _EXPORTER,
)

TRANSLATED_APART: Final = Counted(
    "otel_bridge_translation_process_requests",
    "{request}",
    "Requests that were translated in a process of its own, once for each destination",
    (),
)

RETENTION: Final = Counted(
    "otel_bridge_retention_removed", "{item}",
    "What retention removed: `rows`, the traces and objects they were (`units`), past states (`history`), `facts`,"
    " `dead_letters`, `attachments`", ("kind",),
)  # fmt: skip

ONLINE_SCORES: Final = Counted(
    "otel_bridge_online_scores", "{score}", "Scorers that the rules of online scoring ran over a row: `scored` or `failed`",
    ("outcome",),
)  # fmt: skip

ALERTS: Final = Counted(
    "otel_bridge_alerts",
    "{request}",
    "Requests to the webhooks of alerts: `posted` or `failed`",
    ("outcome",),
)

FUNCTION_CALLS: Final = Counted(
    "otel_bridge_function_calls",
    "{call}",
    "Functions that were invoked: `returned`, `failed`, `refused` (not run), or `abandoned` by their caller",
    ("outcome",),
)

COUNTED: Final = (
    *ACCEPTED.values(), *REFUSED.values(), REFUSED_POINTS, REFUSED_REQUESTS, *SENT.values(), *SEND_FAILED.values(), SENT_REQUESTS,
    FAILED_ATTEMPTS, DEAD_LETTERS, TRANSLATION, TRANSLATED_APART, RETENTION, ONLINE_SCORES, ALERTS, FUNCTION_CALLS,
)  # fmt: skip

QUEUE_SIZE: Final = Gauge(
    name="otelcol_exporter_queue_size",
    unit="By",
    labels=_EXPORTER,
    description="Bytes of the spool that wait for a destination",
)
QUEUE_CAPACITY: Final = Gauge(
    name="otelcol_exporter_queue_capacity",
    unit="By",
    labels=_EXPORTER,
    description="Bytes that may wait: those of the spool, which all destinations share",
)
WAITING: Final = Gauge(
    name="otel_bridge_exporter_waiting_requests",
    unit="{request}",
    labels=_EXPORTER,
    description="Requests of the spool that wait for a destination, at most",
)
LAG: Final = Gauge(
    name="otel_bridge_exporter_lag",
    unit="s",
    labels=_EXPORTER,
    description="Age of the oldest request that is being sent; 0 when nothing waits",
)
CIRCUIT_OPEN: Final = Gauge(
    name="otel_bridge_exporter_circuit_open",
    unit="1",
    labels=_EXPORTER,
    description="1 while a destination counts as down",
)
SPOOL_SIZE: Final = Gauge(
    name="otel_bridge_spool_size", unit="By", description="Bytes of the spool, with what is kept for a replay"
)
SPOOL_LIMIT: Final = Gauge(
    name="otel_bridge_spool_limit", unit="By", description="Bytes that the spool may have"
)
INFLIGHT: Final = Gauge(
    name="otel_bridge_receiver_inflight_size", unit="By", description="Bytes of request bodies in memory"
)
INFLIGHT_LIMIT: Final = Gauge(
    name="otel_bridge_receiver_inflight_limit",
    unit="By",
    description="Bytes of request bodies that may be in memory",
)
READY: Final = Gauge(name="otel_bridge_ready", unit="1", description="1 while /readyz answers 200")
FAILING: Final = Gauge(
    name="otel_bridge_check_failing",
    unit="1",
    labels=("check",),
    description="1 while a check of /livez or /readyz finds something: `phase`, `spool`, `masking` (the canary), `spool_writer`, `delivery`",
)
FREE: Final = Gauge(
    name="otel_bridge_spool_disk_free", unit="By", description="Free bytes of the disk of the spool"
)
CLOCK: Final = Gauge(
    name="otel_bridge_clock", unit="s", description="What the clock says, in seconds since 1970"
)
UPTIME: Final = Gauge(
    name="otelcol_process_uptime", unit="s", only_grows=True, description="Seconds since the start"
)
CPU: Final = Gauge(
    name="otelcol_process_cpu_seconds",
    unit="s",
    only_grows=True,
    description="Seconds of processor time, user and system",
)
RSS: Final = Gauge(
    name="otelcol_process_memory_rss", unit="By", description="Resident memory; on Linux alone"
)

GAUGES: Final = (
    QUEUE_SIZE, QUEUE_CAPACITY, WAITING, LAG, CIRCUIT_OPEN, SPOOL_SIZE, SPOOL_LIMIT, INFLIGHT, INFLIGHT_LIMIT, READY,
    FAILING, FREE, CLOCK, UPTIME, CPU, RSS,
)  # fmt: skip

SYNC_TIME: Final = Distribution(
    name="otel_bridge_spool_sync_time",
    description="How long writing a group of requests and syncing the disk took",
    unit="s",
    bounds=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
DISTRIBUTIONS: Final = (SYNC_TIME,)
