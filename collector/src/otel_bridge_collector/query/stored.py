"""The condition that stored rows are those of a plan's objects, as SQL."""

from otel_bridge_collector.query.plan import Origin
from otel_bridge_collector.query.value import Bindings


def in_objects(origin: Origin, bindings: Bindings) -> str:
    """Return the condition that a row is of the plan's objects."""
    of_type = f"object_type = {bindings.add(origin.object_type)}"
    if origin.object_ids is None:
        return of_type
    ids = ", ".join(bindings.add(object_id) for object_id in origin.object_ids) or "NULL"
    return f"{of_type} AND object_id IN ({ids})"
