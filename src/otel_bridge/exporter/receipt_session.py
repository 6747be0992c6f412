"""An HTTP session whose requests carry what the thread that makes them has announced: its receipt.

Imported where an exporter is built, so that `import otel_bridge` loads no `requests`.
"""

import threading

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


class ReceiptSession(requests.Session):
    """A session that adds what is announced."""

    def __init__(self, announcement: Announcement) -> None:
        super().__init__()
        self._announcement = announcement

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare `request`, with the receipt of this thread."""
        prepared = super().prepare_request(request)
        if said := self._announcement.said:
            prepared.headers[RECEIPT_HEADER] = said
        return prepared
