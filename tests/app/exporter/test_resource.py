"""A resource that is asked for its hash with each span."""

from opentelemetry.sdk.resources import Resource

from otel_bridge.exporter.resource import KnownResource


def test_it_says_what_it_was_made_of_with_the_hash_of_that() -> None:
    plain = Resource({"service.name": "shop"}, "https://opentelemetry.io/schemas/1.30.0")

    known = KnownResource(plain)

    assert known == plain
    assert hash(known) == hash(plain)
    assert known.schema_url == plain.schema_url
