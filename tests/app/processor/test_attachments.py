"""Which attachments are let go of, and when."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_bridge import Attachment, state
from otel_bridge.processor.attachments import AttachingSpanExporter, wait_for_uploads
from otel_bridge.settings import Plane, Settings
from tests.support.control_plane import control_plane


def test_an_attachment_is_uploaded_after_the_span_that_refers_to_it() -> None:
    attachment = Attachment(data=b"x", filename="f", content_type="c")
    sent, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    text = str(dict(attachment.refer())).replace("'", '"')

    with control_plane() as plane:
        settings = Settings(plane=Plane(api_url=plane.url, app_url=plane.url))
        provider.add_span_processor(SimpleSpanProcessor(AttachingSpanExporter(sent, settings)))
        provider.get_tracer("app").start_span("a", attributes={"other": text, "number": 1}).end()
        wait_for_uploads(10_000)

        assert len(sent.get_finished_spans()) == 1
        assert plane.uploads == {attachment.reference["key"]: b"x"}


def test_nothing_is_waited_for_without_attachments() -> None:
    assert state.process.uploads is None

    wait_for_uploads(10_000)
