"""The cache of answers, in a real file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.proxy.cache import Cache, Kept

CALLER = "key"
PARTS = (b"chat/completions", b"", b"{}")
WEEK_S = 7 * 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Iterator[Cache]:
    with closing(Cache(tmp_path / "cache.sqlite", max_bytes=80_000, now_s=clock)) as opened:
        yield opened


def kept(body: bytes = b'{"secret": "answer"}') -> Kept:
    return Kept(endpoint="openai", media_type="application/json", body=body)


def get(
    cache: Cache, *, token: str = CALLER, parts: tuple[bytes, ...] = PARTS, max_age_s: float = WEEK_S
) -> bytes | None:
    found = cache.get(token, parts, max_age_s=max_age_s)
    return found.body if found else None


def test_an_answer_is_found_with_its_age(cache: Cache, clock: Clock) -> None:
    cache.put("key", PARTS, kept(), ttl_s=60)
    clock.now_s += 5

    found = cache.get("key", PARTS, max_age_s=WEEK_S)

    assert found == Kept(
        endpoint="openai", media_type="application/json", body=kept().body, age_s=5, ttl_s=60
    )


@pytest.mark.parametrize(
    ("token", "parts"), [("other", PARTS), ("", PARTS), ("key", (*PARTS[:2], b'{"a": 1}'))]
)
def test_nobody_else_finds_it_and_nothing_else_does(
    cache: Cache, token: str, parts: tuple[bytes, ...]
) -> None:
    cache.put("key", PARTS, kept(), ttl_s=60)

    assert get(cache, token=token, parts=parts) is None
    assert get(cache) is not None


def test_who_has_no_key_keeps_nothing(cache: Cache) -> None:
    cache.put("", PARTS, kept(), ttl_s=60)

    assert get(cache, token="") is None


def test_an_answer_goes_with_its_time_and_may_be_too_old_before(cache: Cache, clock: Clock) -> None:
    cache.put("key", PARTS, kept(), ttl_s=60)
    clock.now_s += 30

    assert get(cache, max_age_s=29) is None
    assert get(cache, max_age_s=30) is not None
    clock.now_s += 30
    assert get(cache) is None


def test_what_was_not_used_for_longest_makes_room(cache: Cache) -> None:
    bodies = {number: (b"c", str(number).encode()) for number in range(10)}
    for number, parts in bodies.items():
        cache.put("key", parts, kept(b"x" * 9_000), ttl_s=60)
        assert get(cache, parts=bodies[0]) is not None, number

    found = [number for number, parts in bodies.items() if get(cache, parts=parts)]
    assert found == [0, 3, 4, 5, 6, 7, 8, 9]


def test_an_answer_that_would_take_much_of_the_room_is_not_kept(cache: Cache) -> None:
    cache.put("key", PARTS, kept(b"x" * 10_000), ttl_s=60)

    assert get(cache) is None


def test_the_file_stays_within_its_size_and_shows_nothing(cache: Cache, tmp_path: Path) -> None:
    for number in range(100):
        cache.put("sk-caller", (b"prompt", str(number).encode()), kept(b"secret" * 1_500), ttl_s=60)
    cache.close()

    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert sum(map(len, files)) < 200_000
    assert not any(word in text for text in files for word in (b"secret", b"prompt", b"sk-caller", b"openai"))
    assert (tmp_path / "cache.sqlite").stat().st_mode & 0o077 == 0


def test_a_cache_outlives_the_process(tmp_path: Path) -> None:
    with closing(Cache(tmp_path / "c", max_bytes=80_000)) as first:
        first.put("key", PARTS, kept(), ttl_s=60)
    with closing(Cache(tmp_path / "c", max_bytes=80_000)) as second:
        assert get(second) is not None


@pytest.mark.parametrize("content", [b"no database", b""])
def test_a_file_that_cannot_be_read_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c").write_bytes(content * 1_000)
    with closing(Cache(tmp_path / "c", max_bytes=80_000)) as cache:
        cache.put("key", PARTS, kept(), ttl_s=60)
        assert get(cache) is not None


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "c")) as file:
        file.execute("PRAGMA user_version = 9")
    with closing(Cache(tmp_path / "c", max_bytes=80_000)) as cache:
        cache.put("key", PARTS, kept(), ttl_s=60)
        assert get(cache) is not None


def test_a_place_that_cannot_be_written_keeps_nobody_from_an_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Cache(tmp_path / "none" / "c", max_bytes=80_000)) as cache:
        cache.put("key", PARTS, kept(), ttl_s=60)
        assert get(cache) is None
    assert "the cache of the proxy cannot be used now" in caplog.text


def test_a_cache_without_room_makes_no_file(tmp_path: Path) -> None:
    with closing(Cache(tmp_path / "c", max_bytes=0)) as cache:
        cache.put("key", PARTS, kept(), ttl_s=60)
        assert get(cache) is None
    assert list(tmp_path.iterdir()) == []
