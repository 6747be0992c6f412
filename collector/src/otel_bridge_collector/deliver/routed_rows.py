"""A spool record to the writes of its rows, in the objects where they belong: what the store takes. It sends nothing.

Media in rows of spans and log records become attachments here; rows that came as rows stay as they were sent.
"""

from collections.abc import Iterable
from contextlib import suppress

from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.request_rows import RequestTranslator, request_rows
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record


class RoutedRows:
    """Translates and routes."""

    def __init__(
        self,
        router: Router,
        media: MediaKeeper | None = None,
        translate_request: RequestTranslator = request_rows,
    ) -> None:
        """Make one that remembers nothing.

        Args:
            router: says where rows belong.
            media: keeps what is taken out of rows; None leaves it in them.
            translate_request: what makes rows of requests.
        """
        self._router = router
        self._media = media
        self._translator = Translator(translate_request)

    def prepare(self, record: Record) -> Prepared[RowWrite]:
        """See `Preparation`."""
        translated = self._translator.translate(record)
        writes = self._router.route(record.routing, translated.writes)
        if self._media and record.routing.signal != "rows":
            writes = self._media.keep(writes)
        faults = [translated.fault] if translated.fault else []
        return Prepared(writes=writes, faults=faults, lost=translated.lost)

    def remember(self, records: Iterable[Record]) -> None:
        """See `Preparation`."""
        for record in records:
            # One that cannot be read was buried when it was delivered.
            with suppress(MalformedBodyError):
                self._translator.translate(record)
