"""Which instrumentor is taken for which library."""

import inspect

import braintrust
import pytest

from otel_bridge.auto.integrations import INTEGRATIONS, rank


def test_the_flags_are_those_of_braintrust_in_their_order() -> None:
    theirs = list(inspect.signature(braintrust.auto_instrument).parameters)

    assert [integration.flag for integration in INTEGRATIONS] == theirs[: len(INTEGRATIONS)]


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("openai", "openai"),
        ("openai_agents", "openai_agents"),
        ("openai-agents", "openai_agents"),
        ("llama_index", "llamaindex"),
        ("mistralai", "mistral"),
        ("google_adk", "adk"),
        ("requests", None),
    ],
)
def test_one_library_at_most_claims_an_instrumentor(name: str, flag: str | None) -> None:
    claimed = [integration.flag for integration in INTEGRATIONS if integration.claims(name)]

    assert claimed == ([flag] if flag else [])


def test_opentelemetrys_own_come_first_and_unknown_ones_last() -> None:
    modules = [
        "vendor.openai",
        "opentelemetry.instrumentation.openai",
        "openinference.instrumentation.openai",
        "opentelemetry.instrumentation.genai.openai",
    ]

    assert sorted(modules, key=rank) == modules[::-1]
