"""The forms of an answer."""

import csv
import io
import json

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json


def ask(client: TestClient, query: str, **fields: Json) -> tuple[str, bytes, dict[str, str]]:
    response = client.post("/btql", json={"query": query, "default_source": "project_logs", **fields})
    assert response.status_code == 200, response.text
    return response.headers["content-type"], response.content, dict(response.headers)


def test_56_lines_have_the_cursor_in_a_header(client: TestClient) -> None:
    content_type, content, headers = ask(client, "select: id | limit: 2", fmt="jsonl")

    assert content_type == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in content.splitlines()] == ["e", "d"]
    assert headers["x-bt-cursor"]


def test_csv_has_the_columns_in_the_order_of_selection(client: TestClient) -> None:
    content_type, content, _ = ask(client, "select: tags, id, input | filter: root_span_id = 't2'", fmt="csv")

    assert content_type.startswith("text/csv")
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["tags", "id", "input"],
        ["", "d", ""],
        ['["done","triage"]', "c", '{"text":"50% off"}'],
    ]


def test_parquet_is_a_file(client: TestClient) -> None:
    content_type, content, headers = ask(client, "select: * | limit: 2", fmt="parquet")

    assert content_type == "application/vnd.apache.parquet"
    assert content[:4] == content[-4:] == b"PAR1"
    assert headers["x-bt-cursor"]


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "parquet"])
def test_warnings_are_in_a_header(client: TestClient, fmt: str) -> None:
    _, _, headers = ask(client, "select: id, nosuch", fmt=fmt)

    assert json.loads(headers["x-bt-warnings"])[0]["code"] == "unknownField"
