"""Files and other data beside a row: logged anywhere in it, uploaded apart, referred to in their place.

Source: `braintrust` 0.47.0 SDK, `logger.Attachment` and its like, measured (spec/app-api.md section 7).
"""

import base64
import json
import logging
import threading
import uuid
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from otel_bridge.api.login import account_now
from otel_bridge.attributes.reference import Referable
from otel_bridge.contract.row import Json
from otel_bridge.control import attachment as calls
from otel_bridge.control.account import Account
from otel_bridge.control.attachment import AttachmentMetadata, AttachmentReference, AttachmentStatus
from otel_bridge.control.uploads import Uploads
from otel_bridge.state import process

logger = logging.getLogger(__name__)


class BaseAttachment(Referable):
    """What all attachments have."""

    @property
    @abstractmethod
    def reference(self) -> AttachmentReference:
        """What stands in the row."""

    @property
    @abstractmethod
    def data(self) -> bytes:
        """The bytes."""

    @abstractmethod
    def upload(self) -> AttachmentStatus:
        """Upload it now and return how that went."""

    @abstractmethod
    def debug_info(self) -> Mapping[str, Any]:
        """Return what helps to find out what it is; the content is not part of it."""

    def refer(self) -> Mapping[str, Json]:
        """See `Referable`."""
        return cast("Mapping[str, Json]", dict(self.reference))


class Attachment(BaseAttachment):
    """Data that is uploaded when the row that it is logged in has been sent.

        span.log(input=Attachment(data="cat.png", filename="cat.png", content_type="image/png"))

    Args:
        data: the content; text is the path of a file, which must not change before it is uploaded.
        filename: what to call it.
        content_type: its MIME type.
    """

    def __init__(self, *, data: str | bytes | bytearray, filename: str, content_type: str) -> None:
        self._data = data if isinstance(data, str) else bytes(data)
        self._key = str(uuid.uuid4())
        self._reference: AttachmentReference = {
            "type": "braintrust_attachment",
            "filename": filename,
            "content_type": content_type,
            "key": self._key,
        }
        self.size_bytes = 0 if isinstance(data, str) else len(data)
        self._status: AttachmentStatus | None = None
        self._lock = threading.Lock()
        if isinstance(data, str) and not _is_readable(data):
            logger.warning("the file of an attachment cannot be read: its row will refer to nothing")

    @property
    def reference(self) -> AttachmentReference:
        """What stands in the row."""
        return self._reference

    @property
    def data(self) -> bytes:
        """The content; a file is read each time.

        Raises:
            OSError: the file cannot be read.
        """
        return Path(self._data).read_bytes() if isinstance(self._data, str) else self._data

    def upload(self) -> AttachmentStatus:
        """Upload it now, once, and return how that went; what goes wrong is in the status.

        Raises:
            ControlError: nobody could be told how it went.
            ValueError: see `login`.
        """
        return self.upload_to(account_now())

    def upload_to(self, account: Account) -> AttachmentStatus:
        """Do as `upload`, with the key of that account."""
        with self._lock:
            if self._status is None:
                self._status = calls.upload(account, self._reference, lambda: self.data)
            return self._status

    def debug_info(self) -> Mapping[str, Any]:
        """Return the path, if it is a file, and the reference."""
        shown = self._data if isinstance(self._data, str) else "<in-memory data>"
        return {"input_data": shown, "reference": self._reference}

    def refer(self) -> Mapping[str, Json]:
        """See `Referable`; it is uploaded when the row has been sent."""
        if self._status is None:
            _uploads().add(self._key, self)
        return super().refer()


class JSONAttachment(Attachment):
    """JSON that is too large for a row.

    Args:
        data: JSON.
        filename: what to call it.
        pretty: whether to write it over several lines.

    Raises:
        TypeError: `data` is not JSON.
    """

    # It inherits from one of our classes because it is one at Braintrust: `isinstance(x, Attachment)`.
    def __init__(self, data: Any, *, filename: str = "data.json", pretty: bool = False) -> None:
        text = json.dumps(data, indent=2 if pretty else None)
        super().__init__(data=text.encode(), filename=filename, content_type="application/json")


class ExternalAttachment(BaseAttachment):
    """Data that is already in a store of the app's own; it is never uploaded.

    Args:
        url: where it is, for example `s3://bucket/key`.
        filename: what to call it.
        content_type: its MIME type.
    """

    def __init__(self, *, url: str, filename: str, content_type: str) -> None:
        self._reference: AttachmentReference = {
            "type": "external_attachment",
            "filename": filename,
            "content_type": content_type,
            "url": url,
        }

    @property
    def reference(self) -> AttachmentReference:
        """What stands in the row."""
        return self._reference

    @property
    def data(self) -> bytes:
        """The content, downloaded each time; see `ReadonlyAttachment.data`."""
        return ReadonlyAttachment(self._reference).data

    def upload(self) -> AttachmentStatus:
        """Return that it is there: nothing is uploaded."""
        return {"upload_status": "done"}

    def debug_info(self) -> Mapping[str, Any]:
        """Return the reference."""
        return {"reference": self._reference}


class ReadonlyAttachment(Referable):
    """An attachment that was uploaded before; logged again, it is referred to and not uploaded again.

    Args:
        reference: what stands in a row for it.
    """

    def __init__(self, reference: AttachmentReference) -> None:
        self.reference = reference

    @property
    def data(self) -> bytes:
        """The content, downloaded each time.

        Raises:
            ControlError: it is not there, or could not be asked for.
        """
        return calls.download(account_now(), self.reference)

    def metadata(self) -> AttachmentMetadata:
        """Return where it can be downloaded, and whether it is there.

        Raises:
            ControlError: it could not be asked for.
        """
        return calls.find(account_now(), self.reference)

    def status(self) -> AttachmentStatus:
        """Return whether it is there; raises as `metadata`."""
        return self.metadata()["status"]

    def refer(self) -> Mapping[str, Json]:
        """See `Referable`."""
        return cast("Mapping[str, Json]", dict(self.reference))

    def __str__(self) -> str:
        content = base64.b64encode(self.data).decode("ascii")
        return f"data:{self.reference['content_type']};base64,{content}"


def _is_readable(path: str) -> bool:
    try:
        Path(path).stat()
    except (OSError, ValueError):
        return False
    return True


def _uploads() -> Uploads:
    if process.uploads is None:
        process.uploads = Uploads()
    return cast("Uploads", process.uploads)
