"""Let an exporter of OpenTelemetry complain once for each outage instead of once for each attempt.

Its message of the first failure says why; the rest is counted (`processor.delivery`) and told in one sum. What
the same exporter class says for other owners passes untouched.
"""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager


class OnePerOutage(logging.Filter):
    """Pass the first record that a thread of ours logs while it exports, then none until `recovered`."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.local()
        self._said = False

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the interface of a filter
        """Tell whether to pass a record of this logger."""
        if not getattr(self._thread, "exports", False):
            return True
        said, self._said = self._said, True
        return not said

    @contextmanager
    def exporting(self) -> Generator[None]:
        """Mark what this thread logs inside as ours."""
        self._thread.exports = True
        try:
            yield
        finally:
            self._thread.exports = False

    def recovered(self) -> None:
        """End the outage: the next failure is news again."""
        self._said = False
