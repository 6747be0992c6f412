"""Request bodies."""

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import MAX_BODY_BYTES, json_response


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b"", 400, "invalidJson", id="nothing"),
        pytest.param(b"{", 400, "invalidJson", id="no-json"),
        pytest.param(b'{"query": "a\nb"}', 400, "invalidJson", id="raw-newline"),
        pytest.param(b"[]", 400, "invalidJson", id="no-object"),
        pytest.param(b" " * (MAX_BODY_BYTES + 1), 400, "requestTooLarge", id="too-large"),
    ],
)
def test_a_bad_body_is_answered_with_what_is_wrong(
    client: TestClient, content: bytes, status: int, code: str
) -> None:
    response = client.post("/btql", content=content)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_only_a_query_that_is_too_large_is_a_bad_request(client: TestClient) -> None:
    assert client.post("/v1/project", content=b" " * (MAX_BODY_BYTES + 1)).status_code == 413


def test_a_body_needs_no_content_type_and_null_is_absent(client: TestClient) -> None:
    response = client.post(
        "/btql", content=b'{"query": "from: project_logs | limit: 1", "cursor": null, "tz_offset": null}'
    )

    assert response.status_code == 200


def test_an_answer_can_hold_whatever_a_row_holds() -> None:
    value: Json = 2**70
    for _ in range(260):
        value = [value]

    assert b"[1180591620717411303424]" in bytes(json_response({"data": value}).body)
