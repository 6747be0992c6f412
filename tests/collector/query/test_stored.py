"""Stored rows of a plan's objects."""

from otel_bridge_collector.query.plan import Origin
from otel_bridge_collector.query.stored import in_objects
from otel_bridge_collector.query.value import Bindings


def test_objects_are_bound_and_none_is_no_row() -> None:
    bindings = Bindings()

    some = in_objects(Origin(object_type="dataset", object_ids=["x' OR 1=1"]), bindings)
    none = in_objects(Origin(object_type="dataset", object_ids=[]), bindings)

    assert "OR 1=1" not in some
    assert none.endswith("IN (NULL)")
