"""Calls that Anthropic's SDK traces."""

from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import anthropic_sdk
from tests.support.otlp import make_span


def test_cache_writes_are_counted_by_their_lifetime() -> None:
    attributes = {
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 1024,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 0,
        "anthropic.usage.novelty": 1,
    }
    row = translate(make_span(attributes))
    metrics = row.get("metrics") or {}

    assert metrics["prompt_cache_creation_5m_tokens"] == 1024
    assert metrics["prompt_cache_creation_1h_tokens"] == 0
    assert row.get("metadata") == {"anthropic.usage.novelty": 1}


def test_other_spans_are_not_claimed() -> None:
    assert not anthropic_sdk.claims(make_span({"anthropic.request.id": "r"}))
