"""Attachments that were logged: kept until the row that refers to them was sent, then uploaded in the background.

They are uploaded after the row, so what masking took out of the row, or a filter dropped, never leaves. Nothing
waits for it but `flush()` and the exit of the process, within their deadlines.

| bound | beyond it |
| --- | --- |
| `MAX_WAITING` attachments, `MAX_WAITING_BYTES` in memory | the oldest is given up, and one warning says so |
"""

import logging
import re
import threading
from collections.abc import Iterable
from functools import partial
from typing import Final, Protocol

from otel_bridge.control.account import Account
from otel_bridge.errors import ControlError
from otel_bridge.processor.deadline import DeadlineThread
from otel_bridge.settings import Settings

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 1_000
MAX_WAITING_BYTES: Final = 256 * 1024 * 1024

_MARK: Final = "braintrust_attachment"
_KEY: Final = re.compile(r'"key":\s?"([0-9a-f-]{36})"')


class Uploadable(Protocol):
    """An attachment as the uploads know it."""

    size_bytes: int

    def upload_to(self, account: Account) -> object:
        """Upload it and write how that went, once; see `control.attachment.upload`."""
        ...


class Uploads:
    """The attachments of a process that are not uploaded yet.

    Attributes:
        given_up: how many were never uploaded because of the bounds.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Uploadable] = {}
        self._lock = threading.Lock()
        self._thread = DeadlineThread()
        self._size_bytes = 0
        self._accounts: dict[str | None, Account] = {}
        self.given_up = 0

    def add(self, key: str, attachment: Uploadable) -> None:
        """Keep an attachment that is being logged."""
        with self._lock:
            if key in self._waiting:
                return
            while self._waiting and self._is_full(attachment.size_bytes):
                self._give_up()
            self._waiting[key] = attachment
            self._size_bytes += attachment.size_bytes

    def sent(self, texts: Iterable[object], settings: Settings) -> None:
        """Upload what these attributes of sent rows refer to, with the key that they were sent with."""
        if not self._waiting:
            return
        keys = [
            key for text in texts if isinstance(text, str) and _MARK in text for key in _KEY.findall(text)
        ]
        for key in keys:
            if attachment := self._take(key):
                self._thread.start(partial(self._upload, attachment, settings))

    def wait(self, timeout_s: float) -> bool:
        """Wait until what was sent so far is uploaded; False when that took longer."""
        return self._thread.start(lambda: None).wait(timeout_s)

    def _upload(self, attachment: Uploadable, settings: Settings) -> None:
        try:
            attachment.upload_to(self._account(settings))
        except (ControlError, ValueError) as error:
            logger.warning("an attachment could not be uploaded: %s", error)

    def _account(self, settings: Settings) -> Account:
        if settings.api_key not in self._accounts:
            self._accounts[settings.api_key] = Account(settings.plane, settings.api_key)
        return self._accounts[settings.api_key]

    def _take(self, key: str) -> Uploadable | None:
        with self._lock:
            attachment = self._waiting.pop(key, None)
            self._size_bytes -= attachment.size_bytes if attachment else 0
            return attachment

    def _is_full(self, more_bytes: int) -> bool:
        return len(self._waiting) >= MAX_WAITING or self._size_bytes + more_bytes > MAX_WAITING_BYTES

    def _give_up(self) -> None:
        oldest = next(iter(self._waiting))
        self._size_bytes -= self._waiting.pop(oldest).size_bytes
        self.given_up += 1
        if self.given_up == 1:
            logger.warning(
                "more than %d attachments or %d bytes wait for their rows, the oldest are not uploaded",
                MAX_WAITING,
                MAX_WAITING_BYTES,
            )
