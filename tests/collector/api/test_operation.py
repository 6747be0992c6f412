"""An operation as a route and as a part of the OpenAPI description."""

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from otel_bridge_collector.api.operation import Tag, describe
from otel_bridge_collector.api.schemas import COUNT, NAME, OBJECT, of


def handle(request: Request) -> Response:
    """Do it.

    With care.
    """
    return PlainTextResponse(request.path_params["id"])


OPERATION = Tag("things").put(
    "/v1/thing/{id}", handle, query={"limit": COUNT}, body=of({"name": NAME}), answer=OBJECT
)


def described() -> dict[str, Any]:
    document = cast("dict[str, Any]", describe([OPERATION], version="1"))
    return dict(document["paths"]["/v1/thing/{id}"]["put"])


def test_the_words_are_those_of_the_handler() -> None:
    assert (described()["summary"], described()["description"]) == ("Do it", "With care.")
    assert described()["operationId"] == "putV1ThingById"


def test_parameters_of_path_and_query_are_described() -> None:
    assert [(each["name"], each["in"], each["required"]) for each in described()["parameters"]] == [
        ("id", "path", True),
        ("limit", "query", False),
    ]


def test_body_answer_and_errors_are_described() -> None:
    assert described()["requestBody"]["content"]["application/json"]["schema"]["required"] == ["name"]
    assert described()["responses"].keys() == {"200", "4XX", "503"}


def test_the_route_is_that_of_the_description() -> None:
    route = OPERATION.route()

    assert (route.path, route.methods) == ("/v1/thing/{id}", {"PUT"})
