"""What every port asks before it lets a request in."""

from dataclasses import dataclass, field

from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.tls import PortsTls
from otel_bridge_collector.telemetry import Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may come in, and how much at a time.

    Attributes:
        authenticator: tells who asks.
        admission: the room for requests.
        timeout_s: how long a request may take to come.
        tls: how each port is spoken to.
        counters: of what was refused.
    """

    authenticator: Authenticator
    admission: Admission
    timeout_s: float
    tls: PortsTls = field(default_factory=PortsTls)
    counters: Counters = field(default_factory=Counters)
