"""The field that somebody groups by."""

import pytest

from otel_bridge_collector.ui.group_field import field_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("metadata.user_id", ("metadata", "user_id")),
        ('metadata."user id"', ("metadata", "user id")),
        ("metadata.tags[0]", ("metadata", "tags", 0)),
        ("metadata.user-id", ("metadata", "user-id")),
        ("metadata.größe.用户", ("metadata", "größe", "用户")),
        ("metadata.2nd", ("metadata", "2nd")),
        ("span_attributes.name", ("span_attributes", "name")),
        ("created", ("created",)),
    ],
)
def test_a_field_is_named_with_quotes_or_without(text: str, parts: tuple[str | int, ...]) -> None:
    field = field_of(text)

    assert field
    assert field.parts == parts


@pytest.mark.parametrize(
    "text",
    ["", "a >", "1", "count(1)", "metadata.", "metadata.a - 1", "metadata.a = 'b'", "user-id", "metadata..a"],
)
def test_what_is_no_field_is_none(text: str) -> None:
    assert field_of(text) is None
