"""Text of headers."""

import pytest

from otel_bridge_collector.decode.header import as_utf8


@pytest.mark.parametrize("name", ["shop", "Köln", "店", "", "\xff"])
def test_a_header_is_read_as_it_was_meant(name: str) -> None:
    as_sent = name.encode().decode("latin-1")

    assert as_utf8(as_sent) == name


def test_latin_1_stays_what_it_is() -> None:
    assert as_utf8("K\xf6ln") == "Köln"
