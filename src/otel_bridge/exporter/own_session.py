"""The HTTP session of ours: its requests carry what the thread that makes them has announced, and trust what we were told to.

Imported where an exporter is built, so that `import otel_bridge` loads no `requests`.
"""

import threading
from collections.abc import Callable
from typing import Any

import requests

from otel_bridge.contract.receipt import RECEIPT_HEADER


class Announcement:
    """The receipt that the requests of the current thread carry; none until `say`."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def say(self, receipt: str) -> None:
        """Let the requests of this thread carry `receipt` from now on, also those that repeat one."""
        self._thread.receipt = receipt

    @property
    def said(self) -> str | None:
        """What the requests of this thread carry."""
        said: str | None = getattr(self._thread, "receipt", None)
        return said


class OwnSession(requests.Session):
    """A session that adds what is announced.

    Args:
        announcement: of receipts; None for none.
        ca_file: certificates to trust instead of all others, PEM; None for those of `requests` and its variables.

    Attributes:
        on_request: is called before each request.
    """

    def __init__(self, announcement: Announcement | None = None, ca_file: str | None = None) -> None:
        super().__init__()
        self._announcement, self._ca_file = announcement, ca_file
        self.on_request: Callable[[], None] = lambda: None

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare `request`, with the receipt of this thread."""
        self.on_request()
        prepared = super().prepare_request(request)
        if self._announcement and (said := self._announcement.said):
            prepared.headers[RECEIPT_HEADER] = said
        return prepared

    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:
        """Return what a request is made with; `REQUESTS_CA_BUNDLE` would go before the `verify` of a session."""
        merged = super().merge_environment_settings(*arguments, **named)
        return {**merged, "verify": self._ca_file} if self._ca_file else merged
