"""A traced app in the test process, with what arrives of it at a receiver."""

from typing import Any

from opentelemetry.sdk.trace import TracerProvider

import otel_bridge
from otel_bridge.attributes.decode import decode
from otel_bridge.contract.row import Json
from tests.support.otlp_receiver import OtlpReceiver


class App:
    """An app with a logger of project `p`, on a tracer provider of its own.

    Attributes:
        receiver: what it sends to.
        provider: its tracer provider.
        logger: its current logger.
    """

    def __init__(self, receiver: OtlpReceiver, **logger_arguments: Any) -> None:
        self.receiver = receiver
        self.provider = TracerProvider(shutdown_on_exit=False)
        arguments = {"project": "p", **logger_arguments}
        self.logger = otel_bridge.init_logger(**arguments, tracer_provider=self.provider)
        self.tracer = self.provider.get_tracer("others")

    def attributes(self, name: str) -> dict[str, Any]:
        """Attributes of the sent span of that name."""
        otel_bridge.flush()
        return self.receiver.spans[name]

    def row(self, name: str) -> dict[str, Json]:
        """Fields of the sent span of that name, without what every span has."""
        row = decode(self.attributes(name))
        row.pop("context", None)
        span_attributes = row.pop("span_attributes", None)
        if isinstance(span_attributes, dict):
            row |= {key: value for key, value in span_attributes.items() if key != "exec_counter"}
        return row

    def parent_of(self, name: str) -> str:
        """Span id of the parent of the sent span of that name; empty on a root."""
        otel_bridge.flush()
        (span,) = [span for span in self.receiver.raw_spans if span.name == name]
        return span.parent_span_id.hex()

    def records(self) -> list[tuple[str, dict[str, Any]]]:
        """Event names and attributes of the sent log records."""
        otel_bridge.flush()
        return self.receiver.records
