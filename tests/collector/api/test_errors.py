"""What a request is told when it fails."""

import errno
import sqlite3
from contextlib import closing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.api.errors import (
    EXCEPTION_HANDLERS,
    RequestError,
    query_error_body,
    query_error_response,
    request_error,
)
from otel_bridge_collector.errors import QueryError
from tests.support.api import client_of
from tests.support.rows import Asking


def test_a_wrong_query_is_shown_with_its_place() -> None:
    text = "dimensions: id | measures: cuont(1) as n"
    error = QueryError(
        'unknown function "cuont"',
        offset=27,
        length=5,
        code="unknownFunction",
        suggestion="did you mean count?",
    )

    assert query_error_body(error, text) == {
        "Message": 'unknown function "cuont" at line 1, column 28; did you mean count?',
        "error": 'unknown function "cuont"',
        "code": "unknownFunction",
        "stage": "binder",
        "position": {"offset": 27, "length": 5, "line": 1, "column": 28},
        "snippet": f"{text}\n{' ' * 27}^^^^^",
        "suggestion": {"text": "did you mean count?"},
        "hint": "did you mean count?",
    }


def test_the_place_is_counted_in_its_line() -> None:
    body = query_error_body(QueryError("wrong", offset=13, length=50), "select: id\n| limit: x")

    assert body["position"] == {"offset": 13, "length": 50, "line": 2, "column": 3}
    assert body["snippet"] == "| limit: x\n  ^^^^^^^^"


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    snippet = str(query_error_body(QueryError("wrong", offset=500), "a" * 500 + "b" + "c" * 500)["snippet"])

    line, carets = snippet.split("\n")
    assert len(line) == 120
    assert line[carets.index("^")] == "b"


def test_a_query_in_json_has_a_path_instead_of_a_place() -> None:
    error = QueryError("query.limit is no whole number", offset=3, path="query.limit")

    body = query_error_body(error, None)

    assert body == {
        "Message": "query.limit is no whole number",
        "error": "query.limit is no whole number",
        "code": "syntax",
        "stage": "parser",
        "position": {"path": "query.limit"},
        "hint": "docs/api.md describes the query language",
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        pytest.param("syntax", 400, id="wrong"),
        pytest.param("sourceNotFound", 404, id="not-found"),
        pytest.param("queryTimeout", 408, id="timeout"),
        pytest.param("overloaded", 503, id="overloaded"),
    ],
)
def test_the_code_decides_the_status(code: str, status: int) -> None:
    response = query_error_response(QueryError("x", code=code), None)

    assert response.status_code == status
    assert ("retry-after" in response.headers) is (code == "overloaded")


def test_a_wrong_path_is_named(client: TestClient) -> None:
    response = client.get("/v2/nosuch")

    assert (response.status_code, response.json()["Message"]) == (
        404,
        "there is nothing at /v2/nosuch: send queries to /btql, OTLP traces to /v1/traces and logs to /v1/logs",
    )


def test_a_wrong_method_is_named(client: TestClient) -> None:
    response = client.get("/btql")

    assert (response.status_code, response.json()["Message"]) == (405, "/btql takes no GET")
    assert response.headers["allow"] == "POST"
    assert response.json()["code"] == "methodNotAllowed"


def test_a_bug_tells_the_client_nothing(example: Asking) -> None:
    async def broken() -> bool:
        raise KeyError("secret")

    response = client_of(example, broken).post("/btql", json={"query": "from: project_logs | limit: 1"})

    assert (response.status_code, response.json()["Message"]) == (500, "internal error")
    assert "secret" not in response.text


def test_a_request_error_has_its_status() -> None:
    assert request_error.__name__ == "request_error"
    assert RequestError("x", code="notFound", status=404).status == 404


def _fill_a_file(_: Request) -> Response:
    raise OSError(errno.ENOSPC, "No space left on device")


def _fill_a_database(_: Request) -> Response:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t(a)")
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    return Response()


def _fail(_: Request) -> Response:
    raise OSError(errno.EIO, "Input/output error")


APP = Starlette(
    routes=[
        Route("/file", _fill_a_file),
        Route("/database", _fill_a_database),
        Route("/broken", _fail),
    ],
    exception_handlers=EXCEPTION_HANDLERS,
)


@pytest.mark.parametrize("path", ["/file", "/database"])
def test_what_a_full_disk_cannot_keep_may_come_again(path: str) -> None:
    answer = TestClient(APP).get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"] == "cannot keep this now: the disk of the data folder is full"


def test_any_other_fault_of_the_disk_is_one_of_ours() -> None:
    answer = TestClient(APP, raise_server_exceptions=False).get("/broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["connection"] == "close"
