"""Signed texts."""

from otel_bridge_collector.api.signature import read_signed, sign

TOKEN = sign({"key": "k"}, b"secret", expires_s=100.0)


def test_what_was_signed_is_read() -> None:
    assert read_signed(TOKEN, b"secret", now_s=99.0) == {"key": "k"}


def test_it_expires() -> None:
    assert read_signed(TOKEN, b"secret", now_s=100.0) is None


def test_another_secret_reads_nothing() -> None:
    assert read_signed(TOKEN, b"other", now_s=0.0) is None


def test_changed_claims_are_refused() -> None:
    body, _, digest = TOKEN.partition(".")
    other, _, _ = sign({"key": "K"}, b"secret", expires_s=100.0).partition(".")

    assert body != other
    assert read_signed(f"{other}.{digest}", b"secret", now_s=0.0) is None
