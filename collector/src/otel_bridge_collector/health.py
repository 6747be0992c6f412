"""Whether the sidecar runs and takes traffic: named checks, which the probes ask. It knows no stage and no protocol.

| asked | false means | who acts on it |
| --- | --- | --- |
| live | a part has ended that nothing starts again | Kubernetes starts the container anew |
| ready | it would refuse what is sent to it now, and that may pass | a load balancer sends to another one |

Reasons are read by everyone who reaches a port: they say what is wrong, and nothing of the data.
"""

import logging
from collections.abc import Mapping
from typing import Final, Literal, Protocol, TypeAlias

logger = logging.getLogger(__name__)

Phase: TypeAlias = Literal["starting", "serving", "stopping"]

_PHASES: Final[Mapping[Phase, str | None]] = {
    "starting": "it reads what the last process left",
    "serving": None,
    "stopping": "it delivers what is there, and ends",
}


class Check(Protocol):
    """Looks at one thing, at once: it waits for nothing. Any thread may ask."""

    def __call__(self) -> str | None:
        """Say what is wrong, without data; None when all is well."""
        ...


class Health:
    """The checks of one sidecar. They are added before anybody asks; then any thread may.

    Attributes:
        phase: it is ready in "serving" alone.
    """

    def __init__(self) -> None:
        self.phase: Phase = "starting"
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {"phase": lambda: _PHASES[self.phase]}

    def add_live(self, name: str, check: Check) -> None:
        """Count the sidecar as dead while this check finds something."""
        self._live[name] = check

    def add_ready(self, name: str, check: Check) -> None:
        """Count the sidecar as not ready while this check finds something."""
        self._ready[name] = check

    def not_live(self) -> Mapping[str, str]:
        """Return why it does not run, by check; empty when it does."""
        return _faults(self._live)

    def not_ready(self) -> Mapping[str, str]:
        """Return why it takes no traffic, by check; empty when it does. What does not run is not ready either."""
        return {**self.not_live(), **_faults(self._ready)}

    def begin_serving(self) -> None:
        """Be ready from now on, and say so in the log where something would refuse what is sent."""
        self.phase = "serving"
        for name, why in self.not_ready().items():
            logger.warning("not ready, senders are told to come later: %s: %s", name, why)

    def failing(self) -> Mapping[str, bool]:
        """Return every check, and whether it finds something."""
        faults = self.not_ready()
        return {name: name in faults for name in (*self._live, *self._ready)}


def _faults(checks: Mapping[str, Check]) -> dict[str, str]:
    found = {name: _fault(name, check) for name, check in checks.items()}
    return {name: fault for name, fault in found.items() if fault is not None}


def _fault(name: str, check: Check) -> str | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a check that breaks has not found that all is well
        logger.error("the check %s failed (%s)", name, type(error).__name__)  # noqa: TRY400 - the message may hold data
        return f"the check failed ({type(error).__name__})"
