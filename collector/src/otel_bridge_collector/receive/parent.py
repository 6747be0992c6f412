"""The parent of a whole request, as its header or metadata names it. It resolves no object."""

from otel_bridge.contract.parent import parse_parent
from otel_bridge_collector.decode.header import as_utf8


def check_parent(text: str | None) -> str | None:
    """Return the parent that a request names, None where it names none.

    Raises:
        ParentError: `text` names no object.
    """
    named = as_utf8((text or "").strip())
    if not named:
        return None
    parse_parent(named)
    return named
