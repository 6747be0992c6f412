"""What experiments and datasets have in common: an object of the control plane, made when it is needed. It reads no rows."""

from collections.abc import Mapping
from typing import Any

from otel_bridge.control.account import Account, ObjectMetadata
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once


class Registered:
    """An object by its name or id.

    Attributes:
        account: where it logs in.
    """

    def __init__(self, account: Account, registered: Once[ProjectObject]) -> None:
        self.account = account
        self._registered = registered

    @property
    def id(self) -> str:
        """Its id; makes it where there is none of its name.

        Raises:
            ControlError: it could not be asked for, or made.
            ValueError: see `login`.
        """
        return self._registered.get().id

    @property
    def name(self) -> str:
        """Its name; see `id`."""
        return self._registered.get().name

    @property
    def data(self) -> Mapping[str, Any]:
        """What the API says of it; see `id`."""
        return self._registered.get().full_info

    @property
    def project(self) -> ObjectMetadata:
        """The project that it belongs to; see `id`."""
        return self._registered.get().project

    @property
    def logging_state(self) -> Account:
        """Where it logs in."""
        return self.account
