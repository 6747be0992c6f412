"""The proof of masking."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.masking.path import root
from otel_bridge_collector.masking.proof import is_proof, proof_of
from otel_bridge_collector.masking.walk import Walk
from tests.support.masking import rules_of

OWN: Json = {"function": "0123456789abcdef", "values": 3}


def test_what_the_app_said_stays_beside_the_rules_and_the_count() -> None:
    rules = rules_of("{patterns: [emails]}")
    walk = Walk(rules)
    walk.value("bob@x.example", root("input"))

    assert proof_of(rules, walk, OWN) == {
        "function": "0123456789abcdef", "values": 3, "rules": rules.fingerprint, "masked": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(OWN, True, id="of the app"),
        pytest.param('{"function":"0123456789abcdef","values":3}', True, id="as text"),
        pytest.param({"function": "bob@x.example", "values": 3}, False, id="another text"),
        pytest.param({"function": "0123456789abcdef", "x": "bob"}, False, id="another key"),
        pytest.param({"values": "bob"}, False, id="no number"),
        pytest.param("bob@x.example", False, id="no JSON"),
    ],
)
def test_only_what_has_the_form_of_a_proof_is_one(said: Json, expected: bool) -> None:  # noqa: FBT001 - a case
    assert is_proof(said) is expected
