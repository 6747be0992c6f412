"""Build the OTLP exporters: endpoint and headers.

They are OpenTelemetry's own, that of spans with requests by `exporter.writer`; timeout, compression, certificates (unless our settings name
one to trust) and further headers are read by them from the `OTEL_EXPORTER_OTLP_*` variables. This module masks nothing and queues nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from otel_bridge.contract.names import PARENT_HEADER
from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.exporter.refusal import HalvingLogExporter, HalvingSpanExporter, LastAnswer
from otel_bridge.exporter.session import new_session
from otel_bridge.exporter.unreported import unreported
from otel_bridge.settings import Settings

if TYPE_CHECKING:
    from requests import Session

    from otel_bridge.exporter.own_session import Announcement


def build_span_exporter(
    settings: Settings, headers: Mapping[str, str] | None = None, *, is_reported: bool = False
) -> HalvingSpanExporter:
    """Build the exporter of spans; `headers` are sent besides the usual ones.

    With a credential provider, which brings a session of its own, no batch is sent in halves. The metrics of
    OpenTelemetry's exporter are reported on request.
    """
    # The imports inside a function: `import otel_bridge` must not load `requests`.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    from otel_bridge.exporter.own_session import Announcement  # noqa: PLC0415
    from otel_bridge.exporter.written import WrittenSpanExporter  # noqa: PLC0415

    answer, announcement = LastAnswer(), Announcement()
    exporter = (OTLPSpanExporter if is_reported else unreported(WrittenSpanExporter))(
        endpoint=settings.endpoints.traces,
        headers={**_headers(settings), **(headers or {})},
        session=_session(settings, answer, announcement),
        certificate_file=settings.ca_file,
    )
    return HalvingSpanExporter(exporter, answer, None if settings.credential_provider else announcement.say)


def build_log_exporter(settings: Settings) -> HalvingLogExporter:
    """Build the exporter of feedback, updates and log records."""
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415 - as above

    answer = LastAnswer()
    exporter = unreported(OTLPLogExporter)(
        endpoint=settings.endpoints.logs,
        headers=_headers(settings),
        session=_session(settings, answer),
        certificate_file=settings.ca_file,
    )
    return HalvingLogExporter(exporter, answer)


def _session(
    settings: Settings, answer: LastAnswer, announcement: "Announcement | None" = None
) -> "Session | None":
    """A session that notes its answers; None leaves it to the credential provider to bring one."""
    if settings.credential_provider:
        return None
    session = new_session(announcement, ca_file=settings.ca_file)
    session.hooks["response"].append(answer.hook)
    session.on_request, answer.sees_requests = answer.ask, True
    return session


def _headers(settings: Settings) -> dict[str, str]:
    headers = {PARENT_HEADER: settings.parent or DEFAULT_PARENT}
    if settings.api_key and settings.endpoints.takes_key:
        headers["authorization"] = f"Bearer {settings.api_key}"
    return headers
