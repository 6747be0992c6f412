"""Record what an app traces, below everything else: at the HTTP adapter that all our sessions are sent through.

So masking, routing and filters are those of the app. Nothing leaves the process.
"""

import gzip
import itertools
import zlib
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from otel_bridge.configure import configure, flush
from otel_bridge.contract.row import Row
from otel_bridge.exporter.session import set_adapter
from otel_bridge.state import logger_here, process
from otel_bridge.testing.rows import rows_of


class CountedIds(IdGenerator):
    """Ids that count from 1, anew in each test."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count from 1 again."""
        self._spans, self._traces = itertools.count(1), itertools.count(1)

    def generate_span_id(self) -> int:
        """See `IdGenerator`."""
        return next(self._spans)

    def generate_trace_id(self) -> int:
        """See `IdGenerator`."""
        return next(self._traces)


class RecordingAdapter(HTTPAdapter):
    """Answer every request with 200 and nothing, and keep what spans and log records were in it."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[Span] = []
        self.records: list[LogRecord] = []

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002
        timeout: Any = None,  # noqa: ARG002
        verify: Any = True,  # noqa: ARG002, FBT002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Response:
        """Keep the request."""
        path = (request.url or "").partition("?")[0]
        body = request.body if isinstance(request.body, bytes) else b""
        body = _plain(body, str(request.headers.get("content-encoding", "")))
        if path.endswith("/v1/traces"):
            traces = ExportTraceServiceRequest.FromString(body)
            self.spans += [
                span for one in traces.resource_spans for scope in one.scope_spans for span in scope.spans
            ]
        elif path.endswith("/v1/logs"):
            logs = ExportLogsServiceRequest.FromString(body)
            self.records += [
                record
                for one in logs.resource_logs
                for scope in one.scope_logs
                for record in scope.log_records
            ]
        response = Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        return response


_IDS: Final = CountedIds()


class BridgeTrace:
    """What the app traces while the block runs.

    Spans of ours and of any instrumentation are recorded. Where the app has set no tracer provider, one becomes the
    global one, whose ids count from 1; with a provider of the app's the ids are those of that. It starts without a
    logger and without a current span.
    """

    def __enter__(self) -> Self:
        self._adapter = RecordingAdapter()
        self._http_adapter, self._loggers = process.http_adapter, (process.logger, logger_here.get())
        flush()
        set_adapter(self._adapter)
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(TracerProvider(id_generator=_IDS, shutdown_on_exit=False))
        self._wired, process.wired = process.wired, True
        self._experiment, process.experiment = process.experiment, None
        process.logger, process.spans_started = None, itertools.count(1)
        logger_here.set(None)
        self._context = otel_context.attach(Context())
        configure()
        _IDS.begin()
        return self

    @property
    def rows(self) -> list[Row]:
        """The rows so far: of the spans that have ended, with feedback and updates; see `testing.rows`."""
        flush()
        return rows_of(self._adapter.spans, self._adapter.records)

    def row(self, name: str) -> Row:
        """Return the one row whose span has that name.

        Raises:
            LookupError: there is none, or more than one.
        """
        rows = self.rows
        found = [row for row in rows if (row.get("span_attributes") or {}).get("name") == name]
        if len(found) != 1:
            named = [(row.get("span_attributes") or {}).get("name") for row in rows]
            raise LookupError(f"{len(found)} rows are named {name!r}; the rows are {named}")
        return found[0]

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        flush()
        with suppress(ValueError):  # a test that left a span current has its own context by now
            otel_context.detach(self._context)
        set_adapter(self._http_adapter or HTTPAdapter())
        process.http_adapter = self._http_adapter
        process.logger, here = self._loggers
        logger_here.set(here)
        process.wired, process.experiment = self._wired, self._experiment


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    return zlib.decompress(body) if encoding == "deflate" else body
