"""Bodies: limits and compression, piece by piece."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable

import pytest

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError
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
        pytest.param("gzip", gzip.compress(b"hello ") + gzip.compress(b"hello hello"), id="gzip members"),
    ],
)
def test_a_body_is_put_together_from_its_pieces(encoding: str, body: bytes) -> None:
    assert read(pieces(body), encoding=encoding) == b"hello hello hello"


def test_a_body_at_the_limit_is_read() -> None:
    assert read([gzip.compress(b"x" * 1_000)], encoding="gzip") == b"x" * 1_000


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_body_one_byte_above_the_limit_is_too_large(encoding: str) -> None:
    body = b"x" * 1_001

    with pytest.raises(BodyTooLargeError, match="more than 1000 bytes"):
        read([gzip.compress(body) if encoding == "gzip" else body], encoding=encoding)


def test_a_bomb_is_never_held_in_memory() -> None:
    bomb = gzip.compress(bytes(200 << 20))

    tracemalloc.start()
    with pytest.raises(BodyTooLargeError):
        read([bomb], encoding="gzip", max_bytes=1 << 20)
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
