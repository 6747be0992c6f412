"""OTLP over HTTP, the short way: which requests of `receive.express` are let in, and what is kept of them.

It lets in what nothing speaks against: OTLP in protobuf, by a caller that may send, for whose body there is room. Everything else is
for the plain way, `receive.guard` and `receive.otlp_http`, to refuse or to wait for; what is kept and answered is the same code.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Final

from otel_bridge.contract.names import PARENT, PARENT_HEADER
from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.access import Access, asking
from otel_bridge_collector.errors import QuotaError
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.receive.admission import Hold
from otel_bridge_collector.receive.body import ENCODINGS, read_body
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.receive.express import Answer, Begun, Head
from otel_bridge_collector.receive.fault import KNOWN_ERRORS
from otel_bridge_collector.receive.lane import Terms
from otel_bridge_collector.receive.otlp_http import (
    PREFIXES,
    PROTOBUF,
    TRACES,
    Export,
    Sent,
    build_exports,
)
from otel_bridge_collector.receive.parent import check_parent
from otel_bridge_collector.receive.patience import too_slow
from otel_bridge_collector.receive.rules import SEND
from otel_bridge_collector.spool.record import routing_frame

MAX_BYTES: Final = 1 << 20
"""Memory is there for a body before it comes; for a larger one as it comes."""

_PARENT: Final = PARENT_HEADER.encode()
_RECEIPT: Final = RECEIPT_HEADER.encode()
_PROTOBUF: Final = PROTOBUF.encode()


class OtlpExpress:
    """Takes OTLP requests of one port; for one event loop.

    Attributes:
        timeout_s: how long a sender may be silent within a body.
    """

    def __init__(self, ingest: Ingest, door: Door, *, max_body_bytes: int) -> None:
        """Take requests.

        Args:
            ingest: where they go.
            door: says who may come in, and how much at a time.
            max_body_bytes: of one request, also decompressed.
        """
        self.timeout_s = door.timeout_s
        self._ingest = ingest
        self._door = door
        self._max_bytes = min(max_body_bytes, MAX_BYTES)
        exports = build_exports(ingest, max_body_bytes=max_body_bytes)
        self._traces = exports[TRACES]
        self._exports: Mapping[bytes, Export] = {
            (prefix + path).encode(): export for path, export in exports.items() for prefix in PREFIXES
        }

    def begin(self, head: Head, address: str) -> Begun | None:
        """Let a request in, and take room for its body; None for one that has to go the plain way."""
        del address  # it is for counting callers that are refused
        export = self._exports.get(head.url)
        encoding = head.headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
        if (
            export is None
            or head.headers.get(b"content-type") != _PROTOBUF
            or encoding not in ENCODINGS
            or head.body_bytes > self._max_bytes
        ):
            return None
        access = self._door.authenticator.known(head.text(b"authorization"))
        if access is None or not access.may(SEND) or not self._has_quota(access, head.text(_PARENT)):
            return None
        hold = self._door.admission.try_hold(access.name, head.body_bytes)
        if hold is None:
            return None
        terms = (
            partial(self._terms, head, access) if export is self._traces and encoding == "identity" else None
        )
        return _Request(export, head, encoding, access, hold, terms)

    def _terms(self, head: Head, access: Access) -> Terms | None:
        if self._door.admission.is_pressed:
            return None
        try:
            with asking(access):
                known = self._ingest.known(check_parent(head.text(_PARENT)))
        except KNOWN_ERRORS:
            return None  # it has changed since
        if known is None:
            return None
        return Terms(
            routing=routing_frame(known.parent, known.projects),
            parent_key=b"" if known.projects is None else PARENT.encode(),
            max_messages=known.max_messages,
            max_body_bytes=self._max_bytes,
        )

    def _has_quota(self, access: Access, parent: str | None) -> bool:
        with asking(access):
            try:
                self._ingest.admit(parent)
            except QuotaError:
                return False
        return True


class _Request:
    """A request that was let in; `receive.express.Begun`."""

    def __init__(
        self,
        export: Export,
        head: Head,
        encoding: str,
        access: Access,
        hold: Hold,
        terms: Callable[[], Terms | None] | None,
    ) -> None:
        self._terms = terms
        self._export = export
        self._head = head
        self._encoding = encoding
        self._access = access
        self._hold = hold

    async def answer(self, body: bytes) -> Answer:
        sent = Sent(media_type=PROTOBUF, parent=self._head.text(_PARENT), receipt=self._head.text(_RECEIPT))
        try:
            with asking(self._access):
                return await self._export.answer(sent, self._content(body))
        finally:
            self._hold.give_back()

    async def _content(self, body: bytes) -> bytes:
        if self._encoding == "identity":
            return body
        return await read_body(
            _whole(body),
            encoding=self._encoding,
            max_bytes=self._export.max_body_bytes,
            grow=self._hold.grow,
        )

    def too_slow(self, received_bytes: int, passed_s: float) -> Answer:
        self._hold.give_back()
        return self._export.refuse(too_slow(received_bytes, passed_s), PROTOBUF)

    def terms(self) -> Terms | None:
        return self._terms() if self._terms else None

    def abandon(self) -> None:
        self._hold.give_back()


async def _whole(body: bytes) -> AsyncIterator[bytes]:
    yield body
