"""Addresses to listen on."""

import pytest

from otel_bridge_collector.config.address import Address, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("127.0.0.1:4318", Address(host="127.0.0.1", port=4318), id="IPv4"),
        pytest.param("[::1]:0", Address(host="::1", port=0), id="IPv6"),
        pytest.param("localhost:65535", Address(host="localhost", port=65535), id="name"),
    ],
)
def test_an_address_is_read_and_written_alike(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        pytest.param("https://127.0.0.1:4318/", "https", id="over TLS"),
        pytest.param("http://127.0.0.1:4318", "http", id="plain text"),
        pytest.param("127.0.0.1:4318", "", id="not said"),
    ],
)
def test_a_url_is_the_same_address_and_keeps_its_scheme(text: str, scheme: str) -> None:
    read = parse_address(text)

    assert read == Address(host="127.0.0.1", port=4318)
    assert read.scheme == scheme


@pytest.mark.parametrize(
    "text", ["4318", ":4318", "localhost:", "localhost:http", "localhost:70000", "a:-1", "ftp://a:1"]
)
def test_what_is_no_address_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        parse_address(text)
