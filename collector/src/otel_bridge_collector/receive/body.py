"""Request bodies: read them from the network within limits, decompressed. It does not look inside."""

import zlib
from collections.abc import AsyncIterable
from typing import Final

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError

ENCODINGS: Final = ("gzip", "deflate", "identity")
"""What `Content-Encoding` may say; OpenTelemetry's Python exporter sends the first two."""

_WINDOW_BITS: Final = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


async def read_body(chunks: AsyncIterable[bytes], *, encoding: str, max_bytes: int) -> bytes:
    """Return the body as it was before compression.

    Args:
        chunks: the body as it comes in.
        encoding: one of `ENCODINGS`.
        max_bytes: limit of the body, of the compressed and of the decompressed one alike.

    Raises:
        BodyTooLargeError: it is larger; no more than `max_bytes` and one chunk were held.
        MalformedBodyError: it is not compressed as `encoding` says, or ends too early.
    """
    body = bytearray()
    received_bytes = 0
    inflater = None if encoding == "identity" else _Inflater(encoding)
    async for chunk in chunks:
        received_bytes += len(chunk)
        body += inflater.inflate(chunk, max_bytes - len(body)) if inflater else chunk
        if max(len(body), received_bytes) > max_bytes:
            raise BodyTooLargeError(
                f"the body has more than {max_bytes} bytes: send fewer spans in a request"
            )
    if inflater:
        inflater.check_end()
    return bytes(body)


class _Inflater:
    """Decompresses a stream piece by piece, never far beyond what is asked for."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decompress = zlib.decompressobj(_WINDOW_BITS[encoding])

    def inflate(self, data: bytes, room: int) -> bytes:
        """Return what `data` decompresses to, cut one byte behind `room`."""
        out = bytearray()
        while data and len(out) <= room:
            if self._decompress.eof:
                # RFC 1952 lets a gzip body be several members in a row.
                self._decompress = zlib.decompressobj(_WINDOW_BITS[self._encoding])
            try:
                out += self._decompress.decompress(data, room + 1 - len(out))
            except zlib.error as error:
                raise MalformedBodyError(
                    f"the body is not {self._encoding}, as Content-Encoding says"
                ) from error
            data = self._decompress.unconsumed_tail or self._decompress.unused_data
        return bytes(out)

    def check_end(self) -> None:
        if not self._decompress.eof:
            raise MalformedBodyError(f"the {self._encoding} body ends too early")
