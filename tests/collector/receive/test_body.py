"""Bodies: limits and compression, piece by piece."""

import asyncio
import gzip
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError, OverloadedError
from otel_bridge_collector.receive.body import read_body


def read(chunks: Iterable[bytes], *, encoding: str = "identity", max_bytes: int = 1_000) -> bytes:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return asyncio.run(read_body(stream(), encoding=encoding, max_bytes=max_bytes))


def pieces(body: bytes) -> list[bytes]:
    return [body[index : index + 3] for index in range(0, len(body), 3)]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        pytest.param("identity", b"hello hello hello", id="plain"),
        pytest.param("gzip", gzip.compress(b"hello hello hello"), id="gzip"),
        pytest.param("deflate", zlib.compress(b"hello hello hello"), id="deflate"),
        pytest.param("zstd", zstd.compress(b"hello hello hello"), id="zstd"),
        pytest.param("gzip", gzip.compress(b"hello ") + gzip.compress(b"hello hello"), id="gzip members"),
        pytest.param("zstd", zstd.compress(b"hello ") + zstd.compress(b"hello hello"), id="zstd frames"),
    ],
)
def test_a_body_is_put_together_from_its_pieces(encoding: str, body: bytes) -> None:
    assert read(pieces(body), encoding=encoding) == b"hello hello hello"


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_body_at_the_limit_is_read(encoding: str) -> None:
    assert read([COMPRESS[encoding](b"x" * 1_000)], encoding=encoding) == b"x" * 1_000


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_body_one_byte_above_the_limit_is_too_large(encoding: str) -> None:
    with pytest.raises(BodyTooLargeError, match="more than 1000 bytes"):
        read([COMPRESS[encoding](b"x" * 1_001)], encoding=encoding)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_room_is_asked_for_before_a_body_grows(encoding: str) -> None:
    asked: list[int] = []

    async def grow(size_bytes: int) -> None:
        asked.append(size_bytes)
        if sum(asked) > 1_000_000:
            raise OverloadedError("no room")

    async def body() -> AsyncIterator[bytes]:
        yield COMPRESS[encoding](bytes(50_000_000))

    with pytest.raises(OverloadedError):
        asyncio.run(read_body(body(), encoding=encoding, max_bytes=100_000_000, grow=grow))
    assert sum(asked) < 1_500_000


def test_a_zstd_body_that_asks_for_much_history_is_refused() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(b"hello") + compressor.flush()

    with pytest.raises(MalformedBodyError, match="not zstd"):
        read([body], encoding="zstd")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_never_held_in_memory(encoding: str) -> None:
    bomb = COMPRESS[encoding](bytes(200 << 20))

    tracemalloc.start()
    with pytest.raises(BodyTooLargeError):
        read([bomb], encoding=encoding, max_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 << 20


def test_empty_gzip_members_without_end_are_too_large() -> None:
    with pytest.raises(BodyTooLargeError):
        read([gzip.compress(b"")] * 200, encoding="gzip")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize(
    "body", [pytest.param(b"plain text", id="not compressed"), pytest.param(b"", id="empty")]
)
def test_a_body_that_is_not_compressed_as_said_is_malformed(encoding: str, body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match=encoding):
        read([body], encoding=encoding)


def test_a_body_that_ends_too_early_is_malformed() -> None:
    with pytest.raises(MalformedBodyError, match="ends too early"):
        read([gzip.compress(b"hello")[:-1]], encoding="gzip")
