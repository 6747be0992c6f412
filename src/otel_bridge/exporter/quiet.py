"""Keep an exporter of OpenTelemetry from complaining about each attempt of ours.

What it says first of an outage is why; `processor.delivery` tells that together with what was lost, in one line. What the
same exporter class says for other owners passes untouched.
"""

import logging
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_TRANSIENT: Final = re.compile("Transient error (.*) encountered while exporting .*", re.DOTALL)

_PATH: Final = re.compile(r" with url: \S+")
"""Of an address that was asked; what stands behind its host may be a token."""


_NO_HTTP: Final = re.compile(r"(BadStatusLine)\(.*\)", re.DOTALL)
"""Behind it stands whatever a port sent that speaks another protocol: bytes that break lines, and are not ours to tell."""


class Complaints(logging.Filter):
    """Pass no record that a thread of ours logs while it exports, and remember the first one until `recovered`.

    Attributes:
        reason: what the first complaint of the outage says; empty while there is none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.local()
        self.reason = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to pass a record of this logger."""
        if not getattr(self._thread, "exports", False):
            return True
        self.reason = self.reason or _told(record.getMessage())
        return False

    @contextmanager
    def exporting(self) -> Generator[None]:
        """Mark what this thread logs inside as ours."""
        self._thread.exports = True
        try:
            yield
        finally:
            self._thread.exports = False

    def recovered(self) -> None:
        """End the outage: the next complaint is news again."""
        self.reason = ""


def _told(complaint: str) -> str:
    return _NO_HTTP.sub(r"\1)", _PATH.sub("", _TRANSIENT.sub(r"\1", complaint)))
