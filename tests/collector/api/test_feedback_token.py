"""Feedback tokens as texts."""

from dataclasses import replace

import pytest

from otel_bridge_collector.api.feedback_token import Grant, read_token, token_of
from otel_bridge_collector.api.signature import sign

GRANT = Grant(
    place={"project_id": "p", "log_id": "g"},
    project_id="p",
    row_id="r",
    rating_id="one",
    scores=frozenset({"helpful"}),
    fields=frozenset({"comment"}),
    metadata={"user_id": "u"},
)
SECRET = b"s" * 32


def test_a_token_says_what_it_grants() -> None:
    token = token_of(GRANT, SECRET, expires_s=10)

    assert read_token(token, [SECRET], now_s=9) == GRANT


def test_each_secret_that_is_accepted_will_do() -> None:
    assert read_token(token_of(GRANT, SECRET, expires_s=10), [b"new", SECRET], now_s=0) == GRANT


def test_a_token_ends() -> None:
    assert read_token(token_of(GRANT, SECRET, expires_s=10), [SECRET], now_s=10) is None


def test_another_secret_is_none() -> None:
    assert read_token(token_of(GRANT, b"other", expires_s=10), [SECRET], now_s=0) is None


def test_what_is_signed_for_something_else_is_no_token() -> None:
    signed = sign({"operation": "get", "key": "k"}, SECRET, expires_s=10)

    assert read_token(signed, [SECRET], now_s=0) is None


@pytest.mark.parametrize("token", ["", ".", "x.y", "x", "é.é", "e30.e30"])
def test_nonsense_is_no_token(token: str) -> None:
    assert read_token(token, [SECRET], now_s=0) is None


def test_a_signature_fits_its_own_grant_only() -> None:
    mine = token_of(GRANT, SECRET, expires_s=10).partition(".")[0]
    other = token_of(replace(GRANT, row_id="other"), SECRET, expires_s=10).partition(".")[2]

    assert read_token(f"{mine}.{other}", [SECRET], now_s=0) is None


def test_no_single_character_may_differ() -> None:
    token = token_of(GRANT, SECRET, expires_s=10)
    changed = [f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}" for at in range(len(token))]
    read = [read_token(each, [SECRET], now_s=0) for each in changed]

    # The last character of base64 has bits that stand for nothing.
    assert [each for each in read if each not in (None, GRANT)] == []
    assert read.count(GRANT) <= 2
