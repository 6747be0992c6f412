"""The object that a span or a log record itself names as its parent. Which object that is, routing decides."""

from otel_bridge.contract import names
from otel_bridge_collector.model import Attributes


def named_parent(attributes: Attributes) -> str | None:
    """Return the parent string of `braintrust.parent`; None when there is none."""
    parent = attributes.get(names.PARENT)
    return parent if isinstance(parent, str) and parent else None
