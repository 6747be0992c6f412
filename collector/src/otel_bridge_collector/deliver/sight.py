"""Which requests in the spool a caller may see: those whose every row goes to projects that it reaches. It changes nothing."""

from contextlib import suppress

from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.translate.parent import named_object


class Sight:
    """The spool as the caller of the running request sees it."""

    def __init__(self, gate: Gate, *, default_parent: str) -> None:
        self._gate = gate
        self._default = parse_parent(default_parent)

    def shows(self, record: Record) -> bool:
        """Tell whether the caller may see a record."""
        reached = self._gate.projects()
        if reached is None:
            return True
        if record.routing.projects is not None:
            return set(reached).issuperset(record.routing.projects)
        try:
            writes = Translator().translate(record).writes
        except MalformedBodyError:
            return False
        return all(not self._gate.fault(self._object_of(write, record.routing)) for write in writes)

    def _object_of(self, write: RowWrite, routing: Routing) -> Parent:
        if named := named_object(write.row):
            return named
        for text in (write.parent, routing.parent):
            with suppress(ParentError):
                if text:
                    return parse_parent(text)
        return self._default
