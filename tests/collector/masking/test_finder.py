"""What can be found in texts."""

import json
from collections.abc import Callable
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge_collector.config.masking import Pattern
from otel_bridge_collector.masking.finder import KNOWN, regex_finder
from otel_bridge_collector.masking.rules import Rule, Texts

SAMPLES: Final = {
    "secrets": (
        "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a" * 20, "github_pat_" + "a" * 20, "glpat-" + "é" * 16, "sk-" + "a" * 16,
        "bt-st-" + "a" * 16, "rk_live_" + "a" * 10, "whsec_" + "a" * 16, "xoxb-1234567890", "xapp-1234567890",
        "AIza" + "a" * 35, "ya29." + "a" * 20, "hf_" + "a" * 20, "gsk_" + "a" * 20, "xai-" + "a" * 20,
        "pplx-" + "a" * 20, "npm_" + "a" * 36, "pypi-" + "a" * 16, f"SG.{'a' * 16}.{'b' * 16}",
        "dapi" + "0" * 32, "dop_v1_" + "0" * 32, "eyJhbGciOiJI.eyJzdWIiOiIx.x", "password=hunter2",
        'passwd\\"=\\"hunter2', '"api-key":\t"hunter2"', "\u017fecret: hunter2", "--token=hunter2",
        "Authorization: Bearer abcdefghijklmnop", "bearer\tabcdefghijklmnop", "Basic " + "a" * 20,
        "postgres://user:pa@ss@host", "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----",
    ),
    "emails": ("bob@x.example", "bob%40x.example", "öl@ü.example"),
    "card_numbers": ("4111 1111 1111 1111", "4111\u00a01111-1111.1111"),
    "phone_numbers": ("+49 (30) 1234567", "(212) 555-0100", "212-555-0100", "06 12 34 56 78", "0049/30/1234567"),
}  # fmt: skip
ESCAPES: Final = ("\\u", "\\/")
PIECES = st.sampled_from(
    [*(each for samples in SAMPLES.values() for each in samples), " ", "x", '"', "\\", "\t", "0", "@"]
)


@pytest.mark.parametrize("name", get_args(Pattern))
def test_each_known_form_is_found(name: Pattern) -> None:
    for sample in SAMPLES[name]:
        assert sample != KNOWN[name].replace(sample, lambda _: "#"), sample


@pytest.mark.parametrize("name", get_args(Pattern))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_hint_is_found_wherever_the_form_is_also_in_json(name: Pattern, *, ascii_only: bool) -> None:
    texts = Texts([Rule(name="r", finders=[KNOWN[name]])])

    for sample in SAMPLES[name]:
        written = json.dumps({"a": [sample]}, ensure_ascii=ascii_only)
        assert texts.may_be_in(sample), sample
        assert texts.may_be_in_json(written), written
        assert texts.may_be_in_json(json.dumps(written)), written


@given(st.lists(PIECES, max_size=5).map("".join))
def test_no_text_is_changed_that_the_hint_passes_over(text: str) -> None:
    for finder in KNOWN.values():
        texts = Texts([Rule(name="r", finders=[finder])])
        if finder.replace(text, lambda _: "#") != text:
            assert texts.may_be_in(text)
            assert texts.may_be_in_json(json.dumps(text, ensure_ascii=False))


def test_an_expression_of_a_user_is_replaced_wherever_it_is_found() -> None:
    finder = regex_finder(r"EMP-\d{6}", "regex 0")
    shown: Callable[[str], str] = str.lower

    assert finder.replace("é EMP-123456 EMP-12345 EMP-654321", shown) == "é emp-123456 EMP-12345 emp-654321"


KEYS: Final = (
    "pass word", "passwd", "Pass-Phrase", "pwd", "client secret", "api.key", "API_Key", "x-api key", "access.key", "secret key",
    "private key", "access token", "idToken", "authorization", "set-cookie", "credential", "Credentials", "token", "PIN", "cvv", "cvc",
    "user.ssn", "password?",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_the_hint_is_found_wherever_a_key_tells_of_a_secret_in_json_and_what_python_prints(key: str) -> None:
    texts = Texts([Rule(name="r", finders=[KNOWN["secrets"]])])

    assert texts.hides(key)
    for written in (json.dumps({key: 1}), json.dumps({key: 1}, indent=1), repr({key: 1})):
        assert texts.may_be_in(written), written
        assert texts.may_be_in(json.dumps({"a": [json.dumps(written)]})), written
