"""Targets behind the ports of a real sidecar: it runs as long as the campaign, and has to live at its end."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.collector import Collector, running_command


class RunningTarget:
    """A target with a sidecar of its own."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-")))
        self.sidecar: Collector = self._stack.enter_context(running_command(folder / "data", *self.options()))
        self.prepare()

    def options(self) -> list[str]:
        """Return more of the sidecar's command line."""
        return []

    def prepare(self) -> None:
        """Put in what inputs are about."""

    def close(self) -> None:
        """See `Target`."""
        self._stack.close()
