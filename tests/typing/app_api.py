"""What type checkers make of login, links, attachments, log lines and threads; checked by mypy and pyright, never run."""

from collections.abc import Mapping
from concurrent.futures import Future
from contextvars import Token
from typing import Any, assert_type

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import Span as OtelSpan

from otel_bridge import (
    NOOP_SPAN,
    Attachment,
    BraintrustLogHandler,
    ExternalAttachment,
    JSONAttachment,
    Logger,
    ReadonlyAttachment,
    Span,
    SpanTypeAttribute,
    TracedThreadPoolExecutor,
    flush,
    init_logger,
    log_feedback,
    login,
    login_to_state,
    org_id,
    parent_context,
    permalink,
    set_http_adapter,
    setup_threads,
    start_span,
    update_span,
)
from otel_bridge.otel import (
    BraintrustSpanProcessor,
    add_parent_to_baggage,
    add_span_parent_to_baggage,
    context_from_span_export,
    is_root_span,
    parent_from_headers,
)


def add(a: int, *, b: int) -> int:
    return a + b


def logging_in() -> None:
    login(api_key="k", force_login=True)
    assert_type(org_id(), str)
    own = login_to_state(org_name="o")
    assert_type(init_logger("p", state=own), Logger)


def rows(logger: Logger) -> None:
    assert_type(logger.info("hi {x}", metadata={"a": 1}, x=1), str)
    assert_type(logger.emit_log({"a": 1}, "warn"), str)
    assert_type(logger.id, str)
    assert_type(logger.project.full_info, Mapping[str, Any])
    assert_type(logger.export(), str)
    BraintrustLogHandler(logger, "INFO")
    log_feedback("id", scores={"s": 1}, source="app")
    update_span(logger.export(), output=1)
    flush()


def spans(logger: Logger) -> None:
    with logger.start_span("a", type=SpanTypeAttribute.LLM, span_id="ab" * 8) as span:
        assert_type(span, Span)
        assert_type(span.link(), str)
        assert_type(span.permalink(), str)
        assert_type(span.inject(), dict[str, Any])
    assert_type(permalink(span.export(), org_name="o"), str)
    with parent_context(span.export()):
        assert_type(start_span(), Span)
    noop: Span = NOOP_SPAN
    assert_type(noop.id, str)


def attachments() -> None:
    image = Attachment(data=b"", filename="f", content_type="c")
    assert_type(image.data, bytes)
    assert_type(JSONAttachment([1], pretty=True).data, bytes)
    assert_type(ReadonlyAttachment(image.reference).data, bytes)
    assert_type(
        ExternalAttachment(url="u", filename="f", content_type="c").upload().get("error_message"), str | None
    )


def threads() -> None:
    with TracedThreadPoolExecutor(max_workers=1) as pool:
        assert_type(pool.submit(add, 1, b=2), Future[int])
    assert_type(setup_threads(), bool)


def otel(provider: TracerProvider, span: OtelSpan, ended: ReadableSpan) -> None:
    provider.add_span_processor(BraintrustSpanProcessor(filter_ai_spans=True))
    assert_type(context_from_span_export("slug"), Context)
    assert_type(parent_from_headers({}), str | None)
    assert_type(add_parent_to_baggage("project_name:p"), Token[Context])
    assert_type(add_span_parent_to_baggage(span), Token[Context] | None)
    assert_type(is_root_span(ended), bool)


def adapters() -> None:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - only here

    set_http_adapter(HTTPAdapter(max_retries=3))
