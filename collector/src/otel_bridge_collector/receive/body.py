"""Request bodies: read them from the network within limits, decompressed. It does not look inside."""

# pyright: reportUnknownMemberType=false
# (the stubs of isal leave the type of what is decompressed open)

import sys
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Final, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from isal import isal_zlib

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError

ENCODINGS: Final = ("gzip", "deflate", "zstd", "identity")
"""What `Content-Encoding` may say; OpenTelemetry's Python exporter sends the first two."""

_PIECE_BYTES: Final = 256 << 10
"""What is decompressed at a time, between two questions for room."""

_MAX_WINDOW_LOG: Final = 23
"""8 MiB of history at most, as RFC 9659 says of zstd over HTTP; a body may ask for 2 GiB."""

_ISAL_ERROR: Final = cast("type[Exception]", isal_zlib.error)  # its stubs have it as an instance
_WINDOW_BITS: Final = {"gzip": 16 + isal_zlib.MAX_WBITS, "deflate": isal_zlib.MAX_WBITS}


async def no_growth(size_bytes: int) -> None:
    """Need no room for more bytes."""
    del size_bytes


async def read_body(
    chunks: AsyncIterable[bytes],
    *,
    encoding: str,
    max_bytes: int,
    grow: Callable[[int], Awaitable[None]] = no_growth,
) -> bytes:
    """Return the body as it was before compression.

    Args:
        chunks: the body as it comes in.
        encoding: one of `ENCODINGS`.
        max_bytes: limit of the body, of the compressed and of the decompressed one alike.
        grow: asked for room before what was decompressed gets larger by so many bytes; it may refuse.

    Raises:
        BodyTooLargeError: it is larger; no more than `max_bytes` and one chunk were held.
        MalformedBodyError: it is not compressed as `encoding` says, or ends too early.
    """
    body = bytearray()
    received_bytes = 0
    inflater = None if encoding == "identity" else _Inflater(encoding)
    async for chunk in chunks:
        received_bytes += len(chunk)
        if inflater:
            inflater.feed(chunk)
            while (piece := inflater.inflate(min(_PIECE_BYTES, max_bytes + 1 - len(body)))) and len(
                body
            ) <= max_bytes:
                await grow(len(piece))
                body += piece
        else:
            body += chunk
        if max(len(body), received_bytes) > max_bytes:
            raise BodyTooLargeError(
                f"the body has more than {max_bytes} bytes: send fewer spans in a request"
            )
    if inflater:
        inflater.check_end()
    return bytes(body)


class _Inflater:
    """Decompresses a stream piece by piece, never beyond what is asked for."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._stream = _new_stream(encoding)
        self._data = b""

    def feed(self, data: bytes) -> None:
        """Take more of the compressed body."""
        self._data += data

    def inflate(self, max_bytes: int) -> bytes:
        """Return more of the body, empty when there is none yet; at most `max_bytes`, which is at least 1."""
        try:
            while True:
                if self._stream.eof and self._data:
                    # RFC 1952 and 8878 let a body be several members or frames in a row.
                    self._stream = _new_stream(self._encoding)
                piece = self._step(max(1, max_bytes))
                if piece or not self._stream.eof or not self._data:
                    return piece
        except (_ISAL_ERROR, zstd.ZstdError) as error:
            raise MalformedBodyError(f"the body is not {self._encoding}, as Content-Encoding says") from error

    def check_end(self) -> None:
        if not self._stream.eof or self._data:
            raise MalformedBodyError(f"the {self._encoding} body ends too early")

    def _step(self, max_bytes: int) -> bytes:
        if self._stream.eof:
            return b""
        data, self._data = self._data, b""
        if isinstance(self._stream, zstd.ZstdDecompressor):
            piece = self._stream.decompress(data, max_bytes)
        else:
            piece = self._stream.decompress(data, max_bytes)
            self._data = self._stream.unconsumed_tail
        self._data = self._data or self._stream.unused_data
        return piece


def _new_stream(encoding: str) -> "zstd.ZstdDecompressor | isal_zlib.Decompress":
    if encoding == "zstd":
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _MAX_WINDOW_LOG})
    return isal_zlib.decompressobj(_WINDOW_BITS[encoding])
