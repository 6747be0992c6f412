"""The HTTP sessions that everything of ours is sent through, with the adapter that the app chose for them."""

from typing import TYPE_CHECKING

from otel_bridge import state

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

    from otel_bridge.exporter.own_session import Announcement, OwnSession

_SCHEMES = ("http://", "https://")


def new_session(announcement: "Announcement | None" = None, *, ca_file: str | None = None) -> "OwnSession":
    """Return a session; the adapter of `set_adapter` serves it, also one that is set later.

    Args:
        announcement: of receipts that its requests carry; None for none.
        ca_file: certificates to trust instead of all others; None for those of `requests` and its variables.
    """
    from otel_bridge.exporter.own_session import OwnSession  # noqa: PLC0415 - `import otel_bridge` must not load `requests`

    session = OwnSession(announcement, ca_file)
    if state.process.http_adapter is not None:
        _mount(session, state.process.http_adapter)
    state.process.http_sessions.add(session)
    return session


def set_adapter(adapter: "HTTPAdapter") -> None:
    """Let `adapter` serve all sessions, those that are open and those to come."""
    state.process.http_adapter = adapter
    for session in list(state.process.http_sessions):
        _mount(session, adapter)


def _mount(session: "requests.Session", adapter: "HTTPAdapter") -> None:
    for scheme in _SCHEMES:
        session.mount(scheme, adapter)
