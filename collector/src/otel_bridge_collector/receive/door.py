"""What every port asks before it lets a request in."""

from dataclasses import dataclass

from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import Authenticator


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may come in, and how much at a time.

    Attributes:
        authenticator: tells who asks.
        admission: the room for requests.
        timeout_s: how long a request may take to come.
    """

    authenticator: Authenticator
    admission: Admission
    timeout_s: float
