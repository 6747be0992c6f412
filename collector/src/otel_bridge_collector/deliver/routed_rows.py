"""A spool record to the writes of its rows, in the objects where they belong: what the store takes. It sends nothing."""

from collections.abc import Iterable
from contextlib import suppress

from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record


class RoutedRows:
    """Translates and routes."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._translator = Translator()

    def prepare(self, record: Record) -> Prepared[RowWrite]:
        """See `Preparation`."""
        translated = self._translator.translate(record)
        writes = self._router.route(record.routing, translated.writes)
        return Prepared(writes=writes, faults=[translated.fault] if translated.fault else [])

    def remember(self, records: Iterable[Record]) -> None:
        """See `Preparation`."""
        for record in records:
            # One that cannot be read was buried when it was delivered.
            with suppress(MalformedBodyError):
                self._translator.translate(record)
