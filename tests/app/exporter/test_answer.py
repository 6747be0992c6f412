"""What receivers say of requests that they do not take: real answers of real servers."""

import pytest
import requests
from google.rpc.status_pb2 import Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otel_bridge.exporter.answer import MAX_CHARACTERS, Fault, fault_of
from tests.support.listening import listening


def fault(body: bytes, kind: str, status: int = 403) -> Fault:
    async def answer(request: Request) -> Response:
        del request
        return Response(body, status, media_type=kind)

    with listening(Starlette(routes=[Route("/", answer)])) as url:
        return fault_of(requests.get(url, timeout=10))


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        pytest.param(Status(message="no such key").SerializeToString(), "application/x-protobuf", "no such key", id="OTLP"),
        pytest.param(b'{"code": 7, "message": "no key"}', "application/json", "no key", id="OTLP in JSON"),
        pytest.param(b'{"Message": "no project"}', "application/json; charset=utf-8", "no project", id="Braintrust"),
        pytest.param(b'{"error": {"message": "gone"}}', "application/json", "gone", id="an object of its own"),
        pytest.param(b'{"error": "a\\n b"}', "application/json", "a b", id="lines become one"),
        pytest.param(b"{", "application/json", "Forbidden", id="no JSON"),
        pytest.param(b"[1]", "application/json", "Forbidden", id="no object"),
        pytest.param(b"\xff", "application/x-protobuf", "Forbidden", id="no protobuf"),
        pytest.param(b"<html>", "text/html", "Forbidden", id="a page"),
    ],
)  # fmt: skip
def test_the_words_are_the_receivers_or_the_name_of_the_status(body: bytes, kind: str, said: str) -> None:
    assert fault(body, kind) == Fault(403, said)


def test_the_words_are_bounded_and_printable() -> None:
    long = fault(b'{"message": "\\u001b' + b"x" * 10_000 + b'"}', "application/json")

    assert long.said.startswith("?xxx")
    assert len(long.said) == MAX_CHARACTERS + len("...")
