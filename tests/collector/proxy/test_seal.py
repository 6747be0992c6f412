"""Encryption by the key of the caller."""

import pytest

from otel_bridge_collector.proxy.seal import SealError, seal_of

SALT = b"s" * 32


def test_what_was_sealed_is_opened_with_the_same_key_and_name() -> None:
    seal = seal_of("key", SALT)
    name = seal.name(b"a", b"b")

    assert seal_of("key", SALT).name(b"a", b"b") == name
    assert seal_of("key", SALT).opened(name, seal.closed(name, b"content")) == b"content"


def test_the_same_content_looks_different_each_time() -> None:
    seal = seal_of("key", SALT)

    assert seal.closed(b"n", b"content") != seal.closed(b"n", b"content")


def test_names_tell_calls_callers_and_files_apart() -> None:
    names = {
        seal_of(token, salt).name(*parts)
        for token in ("key", "other")
        for salt in (SALT, b"t" * 32)
        for parts in ((b"ab", b"c"), (b"a", b"bc"), (b"abc",))
    }

    assert len(names) == 12


@pytest.mark.parametrize(
    ("token", "name", "cut"),
    [
        pytest.param("other", b"n", 0, id="another key"),
        pytest.param("key", b"m", 0, id="another name"),
        pytest.param("key", b"n", 1, id="damaged"),
        pytest.param("key", b"n", 100, id="nothing"),
    ],
)
def test_nothing_else_opens_it(token: str, name: bytes, cut: int) -> None:
    sealed = seal_of("key", SALT).closed(b"n", b"content")

    with pytest.raises(SealError):
        seal_of(token, SALT).opened(name, sealed[: len(sealed) - cut])


def test_a_seal_shows_no_key() -> None:
    assert repr(seal_of("key", SALT)) == "Seal()"
