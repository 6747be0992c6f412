"""Which names a port of this machine answers to."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.receive.loopback import LoopbackOnly, is_loopback


async def _secret(_: Request) -> PlainTextResponse:
    return PlainTextResponse("secret")


CLIENT = TestClient(LoopbackOnly(Starlette(routes=[Route("/", _secret)])))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8585",
        "127.1.2.3:1",
        "localhost",
        "LocalHost:4318",
        "[::1]",
        "[::1]:8585",
    ],
)
def test_a_name_of_this_machine_is_answered(host: str) -> None:
    assert CLIENT.get("/", headers={"host": host}).text == "secret"


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("evil.com", id="a page"),
        pytest.param("evil.com:8585", id="with a port"),
        pytest.param("127.0.0.1.evil.com", id="an address in front"),
        pytest.param("localhost.evil.com", id="a name in front"),
        pytest.param("127.0.0.1@evil.com", id="a user in front"),
        pytest.param("192.168.0.7:8585", id="another address"),
        pytest.param("[2001:db8::1]:8585", id="another IPv6 address"),
        pytest.param("", id="no name"),
    ],
)
def test_another_name_is_refused_and_told_what_to_do(host: str) -> None:
    response = CLIENT.get("/", headers={"host": host})

    assert (response.status_code, response.json()["code"]) == (421, "hostNotAllowed")
    assert f"the Host header names {host!r}" in response.json()["Message"]
    assert "127.0.0.1, localhost or [::1]" in response.json()["Message"]
    assert "secret" not in response.text


def test_one_good_name_of_two_is_not_enough() -> None:
    response = CLIENT.get("/", headers=[("host", "localhost"), ("host", "evil.com")])

    assert response.status_code == 421


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("192.168.0.7", False),
        ("::", False),
        ("db", False),
    ],
)
def test_an_address_is_of_this_machine_only_or_not(host: str, *, answer: bool) -> None:
    assert is_loopback(host) is answer
