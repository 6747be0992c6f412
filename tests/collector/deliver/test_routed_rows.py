"""Records to rows in their objects."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.spool.record import Record, Signal
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.objects import Objects
from tests.support.media import DATA_URL
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


@pytest.mark.parametrize(
    ("signal", "payload", "is_reference"),
    [
        pytest.param(
            "traces",
            traces(span(1, attributes={"braintrust.input": DATA_URL})).SerializeToString(),
            True,
            id="a span",
        ),
        pytest.param("rows", pack_rows([{"id": "a", "input": DATA_URL}]), False, id="a row that came as one"),
    ],
)
def test_media_of_spans_become_attachments(
    tmp_path: Path, signal: Signal, payload: bytes, *, is_reference: bool
) -> None:
    media = MediaKeeper(Attachments(tmp_path / "attachments"), min_bytes=0)
    record = Record(seq=1, routing=replace(ROUTING, signal=signal), payload=payload)

    with closing(Objects(tmp_path / "objects.sqlite")) as objects:
        prepared = RoutedRows(Router(objects, default_parent="project_id:default"), media).prepare(record)

    assert [isinstance(write.row.get("input"), dict) for write in prepared.writes] == [is_reference]
