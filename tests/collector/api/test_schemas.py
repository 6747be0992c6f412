"""Schemas that operations share."""

from otel_bridge_collector.api.schemas import TEXT, list_of, of


def test_an_object_has_members_that_must_and_that_may_be_there() -> None:
    assert of({"a": TEXT}, {"b": TEXT}) == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": TEXT, "b": TEXT},
    }


def test_a_list_has_items_of_one_schema() -> None:
    assert list_of(TEXT) == {"type": "array", "items": TEXT}
