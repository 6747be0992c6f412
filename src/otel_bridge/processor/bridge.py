"""The public span processor: filter, bounded queue, masking, OTLP; and the default parent of every span.

It composes OpenTelemetry's exporter with a queue of ours, and never blocks or raises into the app: a full queue drops, a destination that is away costs spans, both counted and reported once.
"""

import logging
import threading
from collections.abc import Mapping

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from otel_bridge import state
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.contract import names
from otel_bridge.exporter.otlp import build_span_exporter
from otel_bridge.processor.attachments import AttachingSpanExporter, wait_for_uploads
from otel_bridge.processor.batch import Batches
from otel_bridge.processor.both_masks import mask_by_name
from otel_bridge.processor.customizing import CustomizingSpanExporter
from otel_bridge.processor.deadline import DeadlineThread, RootFlush
from otel_bridge.processor.delivery import CountedSpanExporter, Counts, Delivery, MaskingCounts
from otel_bridge.processor.filter import CustomFilter, keeps
from otel_bridge.processor.inheriting import inherited
from otel_bridge.processor.light import LightSpan
from otel_bridge.processor.masked_export import MaskingSpanExporter
from otel_bridge.processor.metrics import report
from otel_bridge.processor.neighbours import mask_in_place, warn_of_neighbours
from otel_bridge.processor.receipts import Receipts
from otel_bridge.processor.routing import parent_for
from otel_bridge.processor.size import SPAN_BYTES, SizedSpanExporter
from otel_bridge.processor.writing import WritingSpanExporter, held_bytes, note_down
from otel_bridge.settings import Settings, origin, with_arguments

logger = logging.getLogger(__name__)


class BridgeSpanProcessor(SpanProcessor):
    """Send the spans of a tracer provider to the sidecar or to Braintrust.

        provider.add_span_processor(BridgeSpanProcessor())

    Args:
        api_key: key for the destination; by default `BRAINTRUST_API_KEY`.
        parent: where spans go that name no parent, for example `project_name:my app`; by default the
            project of the current logger, then `BRAINTRUST_PARENT`.
        api_url: a Braintrust API to send to; by default `OTEL_BRIDGE_ENDPOINT`, `BRAINTRUST_API_URL`,
            `OTEL_EXPORTER_OTLP_ENDPOINT`, then the sidecar on this machine.
        filter_ai_spans: whether only spans with AI content leave.
        custom_filter: asked first: True keeps a span, False drops it, None leaves it to the other filter.
        headers: sent besides the usual ones.
        settings: instead of those of the environment.
        stand_in: whether it leaves alone what another of its kind took; for one that nobody asked for.
        route: the only spans that it takes, those of one API key; None for all that take the usual way.

    Attributes:
        settings: those in force.
        masks: that what leaves here is masked.
        waits_for_rows: whether a span of ours may end here before its row is encoded: nothing looks at its attributes.
        takes_light: whether light spans (`light`) may come here, which tell nothing of their start; likewise.

    Raises:
        SettingsError: a setting cannot be used.
    """

    masks = True

    def __init__(  # noqa: PLR0913 - the arguments are those of Braintrust's processor
        self,
        api_key: str | None = None,
        parent: str | None = None,
        api_url: str | None = None,
        *,
        filter_ai_spans: bool = False,
        custom_filter: CustomFilter | None = None,
        headers: Mapping[str, str] | None = None,
        settings: Settings | None = None,
        stand_in: bool = False,
        route: state.Route | None = None,
    ) -> None:
        self.settings = with_arguments(settings or Settings.from_environment(), api_key, parent, api_url)
        mask_by_name(self.settings.mask)
        self._parent, self._stand_in, self._route = parent, stand_in, route
        self._ai_only, self._custom_filter = filter_ai_spans, custom_filter
        self.waits_for_rows = self.takes_light = type(self) is BridgeSpanProcessor and not (
            filter_ai_spans or custom_filter
        )
        self._destination = self.settings.destination(headers)
        self._sender = exporter = build_span_exporter(self.settings, headers)
        self._delivery = Delivery(
            "spans",
            self.settings.queue_size,
            exporter.inner,
            origin(self.settings.endpoints.traces),
            exporter.answer,
            self.settings.queue_bytes,
        )
        exporter.patience = self._delivery.patience(self.settings.patience_ms)
        exporter.receipts = Receipts(self._delivery) if self.settings.receipts else None
        self._exporter = CountedSpanExporter(exporter, self._delivery)
        # Counted innermost: of a batch that is cut, each part has an outcome of its own.
        sized = SizedSpanExporter(self._exporter, self.settings.batch_bytes)
        self._batches = Batches(
            WritingSpanExporter(
                CustomizingSpanExporter(
                    MaskingSpanExporter(AttachingSpanExporter(sized, self.settings)),
                    self.settings.content_mode,
                ),
                self._delivery.release,
            ),
            size=self.settings.export_size,
            delay_ms=self.settings.export_delay_ms,
        )
        self._delivery.in_forked_child(self._batches.begin_again)
        self._deadline, self._root_flush = DeadlineThread(), RootFlush()
        self._closed = False
        if self.settings.internal_metrics:
            report(self, "span", self.settings.queue_size)
        state.process.pipelines.add(self)
        state.process.wired |= not stand_in

    @property
    def counts(self) -> Counts:
        """How many spans were accepted, delivered and lost so far."""
        return self._delivery.counts

    @property
    def waiting(self) -> int:
        """How many spans wait to be sent, at a glance."""
        return self._delivery.waiting

    @property
    def waiting_bytes(self) -> int:
        """How much memory those take, as estimated, at a glance."""
        return self._delivery.waiting_bytes

    @property
    def masking_counts(self) -> MaskingCounts:
        """How many spans left so far, and how many of them masked."""
        return self._delivery.masking_counts

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Give `span` the parent string, the way and the inherited fields of its surroundings, unless it has them."""
        context = otel_context.get_current() if parent_context is None else parent_context
        if route := self._route_in(context):
            state.process.routes.add(span, route)
        elif not (self._stand_in or self._closed):
            # The one that `init_logger` added may stand before this one.
            state.process.claimed[_ids(span)] = span
        if state.process.masking and not state.process.masking.all_processors:
            warn_of_neighbours(span)
        if names.PARENT in attributes_of(span):
            return
        if parent := parent_for(context, self._parent, self.settings):
            span.set_attribute(names.PARENT, parent)
        if attributes := inherited(span, context):
            span.set_attributes(attributes)

    def on_end(self, span: ReadableSpan) -> None:
        """Queue `span`, if it is to leave and there is room."""
        if state.process.routes.of(span) is not self._route or self._is_left_to_another(span):
            return
        if not (span.context and span.context.trace_flags.sampled):
            self._delivery.leave_out(is_sampled=False)
            return
        taken = state.process.taken
        kept = keeps(span, ai_only=self._ai_only, custom=self._custom_filter)
        if kept or span not in taken:
            taken[span] = self._destination if kept else None
        if not kept:
            self._delivery.leave_out(is_sampled=True)
        else:
            note_down(span)
            self._queue(span)
        if self.settings.flush_on_root_end or state.process.leaving:
            self._flush_root(span)

    def take(self, span: LightSpan) -> None:
        """Queue a light span, if there is room: there is no other processor, no filter, and it is sampled."""
        for watch in state.process.watches:  # as `_queue`, without a call
            watch.ended(span)
        if self._delivery.accept(SPAN_BYTES + span.row_bytes):
            self._batches.put(span)
        if self.settings.flush_on_root_end or state.process.leaving:
            self._flush_root(span)

    def _queue(self, span: ReadableSpan) -> None:
        for watch in state.process.watches:
            watch.ended(span)
        if self._delivery.accept(held_bytes(span)):
            self._batches.put(span)

    def _flush_root(self, span: ReadableSpan) -> None:
        """Send everything, if `span` is the first of its trace in this process."""
        if span.parent is None or span.parent.is_remote:
            self._root_flush.run(list(state.process.pipelines))

    def _is_left_to_another(self, span: ReadableSpan) -> bool:
        """Whether a processor of ours has sent `span` to the same place, or one of the app's own is there for it."""
        if state.process.taken.get(span) == self._destination:
            return True
        if not self._stand_in:
            return False
        return span in state.process.taken or (
            bool(state.process.claimed) and _ids(span) in state.process.claimed
        )

    def _on_ending(self, span: Span) -> None:
        """Mask for all processors, where the app asked for it; the SDK calls it before it calls any `on_end`."""
        if (rules := state.process.masking) and rules.all_processors:
            mask_in_place(span, rules)

    def start_flush(self) -> threading.Event:
        """Start to send what waits, in the background; the event is set when that is over."""
        return self._deadline.start(self._flush)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits; False when that took longer than `timeout_millis` or the setting allows."""
        if self._closed:
            return False
        return self._deadline.run(self._flush, min(timeout_millis, self.settings.flush_timeout_ms))

    def shutdown(self) -> None:
        """Send what waits, for no longer than the setting allows, and report what was lost."""
        if self._closed:
            return
        self._closed = True
        if not state.process.may_send:
            self._delivery.close()
        in_time = self._deadline.run(self._finish, self.settings.shutdown_timeout_ms)
        self._deadline.stop()
        self._delivery.close()
        if not in_time:
            self._exporter.shutdown()

    def _flush(self) -> None:
        self._delivery.follow_fork()
        self._batches.force_flush()
        self._sender.say_news()
        wait_for_uploads(self.settings.flush_timeout_ms)

    def _finish(self) -> None:
        self._delivery.follow_fork()
        self._batches.shutdown()
        wait_for_uploads(self.settings.shutdown_timeout_ms)

    @staticmethod
    def _route_in(context: Context) -> state.Route | None:
        """The way of the context; of the current logger where the context is nobody's."""
        if isinstance(route := otel_context.get_value(state.ROUTE_KEY, context), state.Route):
            return route
        if trace.get_current_span(context).get_span_context().is_valid:
            return None
        logger = state.logger()
        return logger.route if logger else None


def _ids(span: ReadableSpan) -> tuple[int, int]:
    context = span.get_span_context()
    return (context.trace_id, context.span_id) if context else (0, 0)
