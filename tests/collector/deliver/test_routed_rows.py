"""Records to rows in their objects."""

from pathlib import Path

from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.store.objects import Objects
from tests.support.otlp_request import span, traces
from tests.support.spool import ROUTING


def test_rows_carry_their_object(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects.sqlite")
    preparation = RoutedRows(Router(objects, default_parent="project_id:default"))
    record = Record(seq=1, routing=ROUTING, payload=traces(span(1)).SerializeToString())

    prepared = preparation.prepare(record)
    objects.close()

    assert [write.row["_xact_id"] for write in prepared.writes] == [str(ROUTING.xact)]
    assert (prepared.writes[0].row["log_id"], prepared.faults) == ("g", [])
