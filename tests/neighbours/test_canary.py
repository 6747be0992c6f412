"""Secrets through instrumented LangChain calls; the other ways are in tests/e2e."""

import pytest
from fake_openai import fake_openai

from tests.e2e.test_canary import leaked, sent


@pytest.mark.parametrize(("mask", "leaks"), [("good", False), ("broken", False), ("off", True)])
def test_no_secret_of_a_chain_reaches_the_wire(python: str, mask: str, leaks: bool) -> None:  # noqa: FBT001 - a case
    with fake_openai() as model:
        kept = sent(mask, ("langchain", "openai"), model, python)

    assert bool(leaked(kept)) == leaks
    assert kept.bodies("/v1/traces")
