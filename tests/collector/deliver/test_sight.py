"""Which requests in the spool a caller may see."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.access import OWNER, Access
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.deliver.sight import Sight
from otel_bridge_collector.spool.record import Record, Routing, Signal
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.objects import Objects
from tests.support.otlp_request import span, traces

DEFAULT = "project_name:theirs"


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    for name in ("mine", "theirs"):
        opened.create_project(name)
    yield opened
    opened.close()


def record(
    payload: bytes,
    *,
    signal: Signal = "traces",
    parent: str | None = None,
    projects: Sequence[str] | None = None,
) -> Record:
    routing = Routing(signal=signal, parent=parent, xact=1, received_ns=0, projects=projects)
    return Record(seq=0, routing=routing, payload=payload)


def shows(objects: Objects, each: Record, *, access: Access | None = None) -> bool:
    mine = Access(scopes=frozenset(), projects=frozenset({objects.create_project("mine").id}))
    gate = Gate(objects, lambda: access or mine, default_parent=DEFAULT)
    return Sight(gate, default_parent=DEFAULT).shows(each)


def of_projects(*names: str) -> bytes:
    spans = [
        span(number, attributes={PARENT: f"project_name:{name}"}) for number, name in enumerate(names, 1)
    ]
    return traces(*spans).SerializeToString()


def test_who_reaches_all_projects_sees_every_request(objects: Objects) -> None:
    assert shows(objects, record(b"no request"), access=OWNER)


def test_what_was_sent_with_a_key_is_seen_by_who_reaches_its_projects(objects: Objects) -> None:
    mine, theirs = objects.create_project("mine").id, objects.create_project("theirs").id

    sent = [record(of_projects("mine"), projects=projects) for projects in ([mine], [theirs], [mine, theirs])]

    assert [shows(objects, each) for each in sent] == [True, False, False]


def test_a_request_is_seen_where_every_row_of_it_is(objects: Objects) -> None:
    seen = [
        shows(objects, record(of_projects(*names))) for names in (("mine",), ("theirs",), ("mine", "theirs"))
    ]

    assert seen == [True, False, False]


def test_spans_that_name_no_project_are_where_their_request_is(objects: Objects) -> None:
    payload = traces(span()).SerializeToString()

    seen = [shows(objects, record(payload, parent=parent)) for parent in ("project_name:mine", DEFAULT, None)]

    assert seen == [True, False, False]


def test_rows_are_where_they_say(objects: Objects) -> None:
    ids = [objects.create_project(name).id for name in ("mine", "theirs")]

    seen = [
        shows(objects, record(pack_rows([{"id": "a", "project_id": each}]), signal="rows")) for each in ids
    ]

    assert seen == [True, False]


def test_what_cannot_be_read_is_not_seen(objects: Objects) -> None:
    assert not shows(objects, record(b"no request"))
