"""Values that are not sent as they are: a reference to them stands in the row."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from otel_bridge.contract.row import Json


class Referable(ABC):
    """A value that a reference stands for, for example a file. A class and no Protocol: no other value passes for one."""

    @abstractmethod
    def refer(self) -> Mapping[str, Json]:
        """Return what stands in the row, because the value is being logged; must be quick."""
