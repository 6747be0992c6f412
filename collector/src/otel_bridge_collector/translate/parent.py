"""The object that a span, a log record or a row itself names. Which object that is, routing decides."""

from otel_bridge.contract import names
from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Row
from otel_bridge_collector.model import Attributes


def named_parent(attributes: Attributes) -> str | None:
    """Return the parent string of `braintrust.parent`; None when there is none."""
    parent = attributes.get(names.PARENT)
    return parent if isinstance(parent, str) and parent else None


def named_object(row: Row) -> Parent | None:
    """Return the object that a row names by its ids, as rows do that came as rows; one of a span names none yet."""
    if experiment_id := row.get("experiment_id"):
        return Parent(kind="experiment_id", value=experiment_id)
    if dataset_id := row.get("dataset_id"):
        return Parent(kind="dataset_id", value=dataset_id)
    if prompt_session_id := row.get("prompt_session_id"):
        return Parent(kind="playground_id", value=prompt_session_id)
    project_id = row.get("project_id")
    return Parent(kind="project_id", value=project_id) if project_id else None
