"""What a setting can name, beside the function that code has set; the values are compared in tests/property."""

from collections.abc import Sequence
from typing import get_args

import pytest

import otel_bridge.masking
from otel_bridge.masking import combine, emails, secrets
from otel_bridge.masking.named import MASKERS, with_named
from otel_bridge.masking.rules import MaskingFunction, rules_of
from otel_bridge.settings import MaskName

NAMES: tuple[MaskName, ...] = get_args(MaskName)


def test_every_name_is_that_of_a_function() -> None:
    assert tuple(MASKERS) == NAMES
    assert all(MASKERS[name] is getattr(otel_bridge.masking, name) for name in NAMES)


def test_nothing_named_leaves_what_there_is() -> None:
    rules = rules_of(str)

    assert with_named(rules, ()) is rules
    assert with_named(None, ()) is None


def test_named_ones_follow_the_function_of_the_app_and_reach_as_far() -> None:
    def shown(value: str, span: object, path: str) -> str:
        return f"{value} {span} {path} ann@x.example"

    both = with_named(rules_of(shown, span_names=True, resource=True, all_processors=True), ["emails"])

    assert both is not None
    assert both.apply("said", "input", "here") == "said here input [email]"
    assert (both.span_names, both.resource, both.all_processors) == (True, True, True)


@pytest.mark.parametrize(
    ("names", "in_code"),
    [
        pytest.param(["secrets"], secrets(), id="one"),
        pytest.param(["secrets", "emails"], combine(secrets(), emails()), id="two"),
    ],
)
def test_the_proof_is_that_of_the_same_function_in_code(
    names: Sequence[MaskName], in_code: MaskingFunction
) -> None:
    named = with_named(None, names)

    assert named is not None
    assert named.fingerprint == rules_of(in_code).fingerprint
