"""The parent of a whole request, as its header or metadata names it. It resolves no object."""

from otel_bridge.contract.parent import parse_parent


def check_parent(text: str | None) -> str | None:
    """Return the parent that a request names, None where it names none.

    Headers come as latin-1; a name that somebody sent as UTF-8 is read as that.

    Raises:
        ParentError: `text` names no object.
    """
    named = _as_utf8((text or "").strip())
    if not named:
        return None
    parse_parent(named)
    return named


def _as_utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
