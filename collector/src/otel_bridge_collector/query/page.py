"""Pages of an answer: in which order they follow, and the cursor that says where the next begins.

Source: spec/btql.md section 7.3, with a recorded cursor. A cursor is the position of the last row, not a snapshot: unpadded
URL-safe base64 of the pagination key, or of transaction and key, as 8 bytes each.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Path, Sorted

_WORD: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOrder:
    """An order in which pages follow each other."""

    by: Literal["pagination_key", "xact_id"] = "pagination_key"
    descending: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The table columns that make a position in this order."""
        return ("pagination_key",) if self.by == "pagination_key" else ("xact_id", "pagination_key")


_BY: Final[Mapping[str, Literal["pagination_key", "xact_id"]]] = {
    "_pagination_key": "pagination_key",
    "_xact_id": "xact_id",
}


def page_of(sort: Sequence[Sorted]) -> PageOrder | None:
    """Return the order of pages that a sort gives; without a sort the newest come first. None where it gives none."""
    if not sort:
        return PageOrder()
    key = sort[0].expression
    by = _BY.get(str(key.parts[0])) if isinstance(key, Path) and len(key.parts) == 1 else None
    return PageOrder(by=by, descending=sort[0].descending) if by and len(sort) == 1 else None


def encode_cursor(position: tuple[int, ...]) -> str:
    """Return the cursor of a position."""
    data = b"".join(number.to_bytes(_WORD, "big") for number in position)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_cursor(cursor: str, order: PageOrder) -> tuple[int, ...]:
    """Return the position of a cursor in an order.

    Raises:
        QueryError: no cursor of this order looks like that.
    """
    text = cursor.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid() from error
    if len(data) != _WORD * len(order.columns):
        raise _invalid()
    return tuple(int.from_bytes(data[at : at + _WORD], "big") for at in range(0, len(data), _WORD))


def _invalid() -> QueryError:
    return QueryError(
        "this is no cursor of this query",
        code="invalidCursor",
        suggestion="use the cursor of the previous answer, with the same sort",
    )
