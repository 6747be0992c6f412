"""Media out of the rows of spans and log records: the bytes are kept before any destination sees the row that refers to them."""

from collections.abc import Sequence

from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.translate.media import extract, may_have_media


class MediaKeeper:
    """Puts media where the attachments of their row's project are.

    Every destination prepares its own rows, and a replay prepares them again: bytes that are there are not written twice.
    """

    def __init__(self, attachments: Attachments, *, min_bytes: int) -> None:
        """Make one.

        Args:
            attachments: all of them.
            min_bytes: what is smaller stays in its row.
        """
        self._attachments = attachments
        self._min_bytes = min_bytes

    def keep(self, writes: Sequence[RowWrite]) -> list[RowWrite]:
        """Return routed writes with references in place of their media, in order.

        Raises:
            RetryableError: the bytes cannot be written now.
        """
        return [self._kept(write) if may_have_media(write.row) else write for write in writes]

    def _kept(self, write: RowWrite) -> RowWrite:
        extracted = extract(write.row, min_bytes=self._min_bytes)
        if not extracted.media:
            return write
        try:
            place = self._attachments.place_of_project(write.row.get("project_id"))
            for key, data in extracted.media.items():
                self._attachments.keep(key, data, place=place)
        except OSError as error:
            raise RetryableError(f"an attachment cannot be written now: {error.strerror}") from error
        return write._replace(row=extracted.row)
