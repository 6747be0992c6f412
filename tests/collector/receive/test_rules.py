"""The rules of the endpoints: each has one, and what has none is for nobody but an admin."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otel_bridge_collector.receive.rules import ADMIN, ANY, OPEN, RULES, SEND, Rules
from tests.support.endpoints import all_endpoints


def asked(method: str, path: str) -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def endpoint(request: Request) -> Response:
    del request
    return Response()


def test_every_endpoint_has_a_rule_and_every_rule_an_endpoint(tmp_path: Path) -> None:
    endpoints = all_endpoints(tmp_path)

    assert endpoints - set(RULES) == set(), "add a rule for each of these to receive/rules.py"
    assert set(RULES) - endpoints == set(), "there are no such endpoints any more"


def test_an_endpoint_without_a_rule_needs_admin() -> None:
    rules = Rules([Route("/new/{id}", endpoint, methods=["GET", "POST"])], {})

    assert rules.need(asked("GET", "/new/x")) == ADMIN


def test_asking_for_the_head_needs_what_asking_for_all_of_it_does() -> None:
    rules = Rules([Route("/a", endpoint, methods=["GET"])], {("GET", "/a"): OPEN})

    assert rules.need(asked("HEAD", "/a")) is OPEN


def test_what_no_endpoint_takes_needs_any_key() -> None:
    rules = Rules([Route("/a", endpoint, methods=["GET"])], {("GET", "/a"): OPEN})

    assert [rules.need(asked("POST", "/a")), rules.need(asked("GET", "/b"))] == [ANY, ANY]


def test_only_health_the_description_logging_in_and_urls_that_are_secrets_need_no_key() -> None:
    assert {path for (_, path), need in RULES.items() if need is OPEN} == {
        "/livez",
        "/readyz",
        "/healthz",
        "/openapi.json",
        "/logs3/overflow/{key}",
        "/attachment/data/{token}",
        "/v1/feedback",
        "/",
        "/app/{page}",
        "/ui/style.css",
        "/ui/script/{name}",
        "/ui/login",
        "/ui/logout",
    }


def test_spans_are_sent_with_a_key_to_send_alone() -> None:
    assert RULES["POST", "/v1/traces"] == SEND
