"""Rows of a dataset or experiment as an app reads them: fetched at the first need, then remembered.

Source: `braintrust` 0.47.0 SDK, `logger.ObjectFetcher`, measured (spec/evaluate.md section 3).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from otel_bridge.api.attachments import ReadonlyAttachment
from otel_bridge.control.attachment import AttachmentReference
from otel_bridge.control.paging import ObjectRows

Record = dict[str, Any]


class Records:
    """What was read of an object, until `forget`.

    Args:
        rows: returns the rows to read; called at each reading, and may ask the network.
        shape: makes of a row what the app sees.
    """

    def __init__(
        self, rows: Callable[[], ObjectRows], shape: Callable[[Mapping[str, Any]], Record] = dict
    ) -> None:
        self._rows, self._shape = rows, shape
        self._known: list[Record] | None = None
        self._walk: Iterator[Record] | None = None

    def forget(self) -> None:
        """Read anew next time."""
        self._known = None

    def all(self, batch_size: int | None = None) -> list[Record]:
        """Return all of them, latest written first.

        Raises:
            ControlError: they could not be read.
        """
        if self._known is None:
            found = self._rows().read(batch_size)
            self._known = [self._shape(_with_attachments(row)) for row in found]
        return self._known

    def next(self) -> Record:
        """Return the next one; after the last, `StopIteration`, and then from the beginning."""
        if self._walk is None:
            self._walk = iter(self.all())
        try:
            return next(self._walk)
        except StopIteration:
            self._walk = None
            raise

    def version(self) -> str:
        """Return the newest transaction of them, `0` where there are none."""
        return max((str(each.get("_xact_id") or "0") for each in self.all()), default="0")


def _with_attachments(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", {key: resolved(value) for key, value in row.items()})


def resolved(value: Any) -> Any:
    """Return the value with attachments in the place of the references to them."""
    if isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        if given.get("type") in {"braintrust_attachment", "external_attachment"} and (
            "key" in given or "url" in given
        ):
            return ReadonlyAttachment(cast("AttachmentReference", dict(given)))
        return {key: resolved(item) for key, item in given.items()}
    return [resolved(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
