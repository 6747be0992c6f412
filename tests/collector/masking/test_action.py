"""What stands instead of what was found."""

import hashlib
import hmac

import pytest

from otel_bridge_collector.masking.action import Drop, drop, hashed, pseudonym_by, replace_by

KEY = b"0123456789abcdef"


def test_a_pseudonym_is_a_keyed_digest_with_prefix_and_key_id() -> None:
    digest = hmac.new(KEY, b"bob@x.example", hashlib.sha256).hexdigest()[:16]

    assert pseudonym_by(KEY, prefix="user", key_id="")("bob@x.example") == f"user_{digest}"
    assert pseudonym_by(KEY, prefix="user", key_id="k2")("bob@x.example") == f"user_k2_{digest}"


def test_another_key_gives_another_pseudonym() -> None:
    assert pseudonym_by(KEY, prefix="u", key_id="")("a") != pseudonym_by(KEY[::-1], prefix="u", key_id="")(
        "a"
    )


def test_what_is_a_pseudonym_or_hash_already_stays() -> None:
    act = pseudonym_by(KEY, prefix="user", key_id="k1")
    older = pseudonym_by(KEY, prefix="user", key_id="k0")("bob")

    assert act(act("bob")) == act("bob")
    assert act(older) == older
    assert hashed(hashed("bob")) == hashed("bob")


def test_something_like_a_pseudonym_is_masked() -> None:
    act = pseudonym_by(KEY, prefix="user", key_id="")

    assert act("user_0123456789abcde") != "user_0123456789abcde"  # 15 digits
    assert act("user_0123456789abcdef bob") != "user_0123456789abcdef bob"


def test_a_hash_is_the_sha256_of_the_value() -> None:
    assert hashed("bob") == f"sha256:{hashlib.sha256(b'bob').hexdigest()}"


def test_half_of_a_surrogate_pair_can_be_hashed() -> None:
    assert hashed("\ud800").startswith("sha256:")


def test_a_value_is_replaced_or_dropped() -> None:
    assert replace_by("x")("bob") == "x"
    with pytest.raises(Drop):
        drop("bob")
