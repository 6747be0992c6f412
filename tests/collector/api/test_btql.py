"""`POST /btql`."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from tests.support.api import client_of
from tests.support.rows import Asking


def ask(client: TestClient, query: Json, **fields: Json) -> dict[str, Any]:
    response = client.post("/btql", json={"query": query, "default_source": "project_logs", **fields})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def ids(answer: dict[str, Any]) -> str:
    return "".join(row["id"] for row in answer["data"])


def test_an_answer_has_data_schema_cursor_and_states(client: TestClient) -> None:
    answer = ask(client, "select: id | limit: 2")

    assert list(answer) == ["data", "schema", "cursor", "realtime_state", "warnings", "freshness_state"]
    assert answer["data"] == [{"id": "e"}, {"id": "d"}]
    assert answer["realtime_state"]["type"] == "on"
    assert answer["freshness_state"] == {
        "last_processed_xact_id": "1000197156530614077",
        "last_considered_xact_id": "1000197156530614077",
    }


def test_an_answer_that_may_lack_acknowledged_rows_says_so(example: Asking) -> None:
    async def caught_up() -> bool:
        return False

    answer = ask(client_of(example, caught_up), "select: id | limit: 2")

    assert answer["freshness_state"]["last_considered_xact_id"] is None
    assert answer["warnings"][-1]["code"] == "storeBehind"


def test_the_tree_of_the_python_sdk_is_answered(client: TestClient) -> None:
    tree: Json = {
        "select": [{"op": "star"}],
        "from": {
            "op": "function",
            "name": {"op": "ident", "name": ["project_logs"]},
            "args": [{"op": "literal", "value": "p"}],
        },
        "filter": {
            "op": "and",
            "children": [
                {"btql": "metadata.model = 'claude'"},
                {"op": "isnull", "expr": {"op": "ident", "name": ["error"]}},
            ],
        },
        "cursor": None,
        "limit": 1000,
    }

    assert (
        ids(ask(client, tree, use_columnstore=False, brainstore_realtime=True, query_source="py_sdk")) == "c"
    )


def test_non_roots_are_those_with_parents(client: TestClient) -> None:
    condition: Json = {
        "op": "ne",
        "left": {"op": "ident", "name": ["span_parents"]},
        "right": {"op": "literal", "value": None},
    }

    assert ids(ask(client, {"filter": condition})) == "db"


@pytest.mark.parametrize(
    "place", [pytest.param("body", id="in-the-body"), pytest.param("query", id="in-the-query")]
)
def test_a_cursor_continues(client: TestClient, place: str) -> None:
    first = client.post("/btql", json={"query": "select: id | limit: 3", "default_source": "project_logs"})
    cursor = first.json()["cursor"]
    query = "select: id | limit: 3" if place == "body" else f"select: id | limit: 3 | cursor: '{cursor}'"

    second = ask(client, query, cursor=cursor)

    assert first.headers["x-bt-cursor"] == cursor
    assert ids(second) == "ba"
    assert "cursor" not in ask(client, "select: id", cursor=second["cursor"])


def test_an_empty_cursor_is_none(client: TestClient) -> None:
    assert ids(ask(client, "cursor: ''", cursor="")) == "edcba"


def test_days_begin_in_the_zone_of_the_request(client: TestClient) -> None:
    answer = ask(client, "select: day(created) as d | filter: id = 'a'", tz_offset="600")

    assert answer["data"] == [{"d": "2026-01-04T10:00:00Z"}]


def test_a_request_can_be_about_one_trace(client: TestClient) -> None:
    assert ids(ask(client, "filter: metrics.tokens > 90", scope_to_root_span_id="t2")) == "dc"
    assert ids(ask(client, "limit: 9", scope_to_root_span_id="t3")) == "e"


def test_lines_have_one_row_each(client: TestClient) -> None:
    query = {"query": "select: id, nosuch | limit: 2", "fmt": "jsonl", "default_source": "project_logs"}

    response = client.post("/btql", json=query)

    assert response.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in response.text.splitlines()] == ["e", "d"]
    assert response.headers["x-bt-cursor"]
    assert json.loads(response.headers["x-bt-warnings"])[0]["code"] == "unknownField"


def test_no_rows_are_no_lines(client: TestClient) -> None:
    response = client.post(
        "/btql", json={"query": "filter: false", "fmt": "jsonl", "default_source": "project_logs"}
    )

    assert (response.text, "x-bt-cursor" in response.headers) == ("", False)


def test_a_warning_does_not_stop_the_query(client: TestClient) -> None:
    answer = ask(client, "filter: nosuch.field IS NULL")

    assert (ids(answer), answer["warnings"][0]["severity"]) == ("edcba", "warning")


def test_2_rows_of_another_type_are_warned_about(client: TestClient) -> None:
    answer = ask(client, "filter: metadata.user_id = '1234'")

    (warning,) = [each for each in answer["warnings"] if each["code"] == "typeMismatch"]
    assert (ids(answer), warning["stage"]) == ("a", "executor")
    assert "1 row holds the number 1234" in warning["message"]


def test_a_row_of_another_type_is_warned_about_once_it_is_there(example: Asking, client: TestClient) -> None:
    query = "filter: scores.Factuality > 0.6"
    before = [ask(client, query)["warnings"] for _ in range(2)]
    example.add(
        {"project_id": example.project_id, "log_id": "g"}, {"id": "f", "scores": {"Factuality": "high"}}
    )
    after = ask(client, query)["warnings"]

    assert [[each["code"] for each in found] for found in before] == [["missingSegmentEliminationSpecs"]] * 2
    assert [each["code"] for each in after] == ["missingSegmentEliminationSpecs", "typeMismatch"]


def test_without_lints_nothing_is_warned_about(client: TestClient) -> None:
    assert ask(client, "filter: metadata.user_id = '1234'", lint_mode="off")["warnings"] == []


def test_97_a_strict_lint_refuses_what_reads_a_whole_source(client: TestClient) -> None:
    query = {"query": "select: id | from: project_logs('p')", "strict_lint_mode": True}

    refused = client.post("/btql", json=query)
    ranged = client.post(
        "/btql", json={**query, "query": f"{query['query']} | filter: created > '2026-01-01'"}
    )

    assert (refused.status_code, refused.json()["code"]) == (400, "lintFailed")
    assert refused.json()["Message"].startswith(
        "Query blocked by strict lint mode due to 1 lint:\nmissingSegmentEliminationSpecs (optimizer/warning): "
        "No filters available for segment elimination."
    )
    assert ranged.status_code == 200


def test_a_limit_can_be_disabled(client: TestClient) -> None:
    assert ids(ask(client, "select: id", disable_limit=True)) == "edcba"


def test_large_rows_come_page_by_page(tmp_path: Path) -> None:
    large = "x" * (12 << 20)
    asking = Asking(tmp_path, [{"id": name, "input": large} for name in "abc"])
    client = client_of(asking)

    first = ask(client, "select: id, input")
    second = ask(client, "select: id, input", cursor=first["cursor"])
    sorted_by_hand = client.post(
        "/btql", json={"query": "select: id, input | from: project_logs('p') | sort: id"}
    )

    asking.close()
    assert (ids(first), ids(second)) == ("cb", "a")
    assert (sorted_by_hand.status_code, sorted_by_hand.json()["code"]) == (400, "resultTooLarge")


@pytest.mark.parametrize("body", [pytest.param({}, id="none"), pytest.param({"query": 5}, id="number")])
def test_a_body_without_a_query_is_told_as_the_hosted_service_tells_it(
    client: TestClient, body: dict[str, Json]
) -> None:
    answer = client.post("/btql", json=body).json()

    assert answer["errors"] == [
        {"code": "invalid_type", "path": ["query"], "message": answer["error"]},
    ]
    assert (answer["stage"], answer["position"]) == ("request", {"path": "query"})


def test_queries_that_run_on_their_own_are_told_apart_from_what_is_nowhere(client: TestClient) -> None:
    response = client.get("/btql/async/x/result")

    assert (response.status_code, response.json()["code"]) == (404, "asyncUnsupported")


SUBQUERY = "SELECT t.id FROM (SELECT id, root_span_id FROM project_logs('p')) AS t WHERE t.id != 'e'"


def test_a_subquery_says_what_to_read(client: TestClient) -> None:
    response = client.post("/btql", json={"query": SUBQUERY})

    assert ids(response.json()) == "dcba"


def test_a_subquery_without_a_source_reads_what_the_request_says(client: TestClient) -> None:
    assert ids(ask(client, "SELECT id FROM (SELECT id LIMIT 2)")) == "ed"


def test_a_query_around_another_is_restricted_to_a_trace_inside(client: TestClient) -> None:
    assert ids(ask(client, SUBQUERY, scope_to_root_span_id="t1")) == "ba"


def nested(count: int, wrap: Callable[[Json], Json]) -> Json:
    node: Json = {"op": "isnotnull", "expr": {"op": "ident", "name": ["id"]}}
    for _ in range(count):
        node = wrap(node)
    return {
        "filter": node,
        "select": [{"expr": {"op": "ident", "name": ["id"]}}, {"expr": node, "alias": "x"}],
    }


A: Json = {"op": "ident", "name": ["is_root"]}
DEEPEST: Final[Sequence[Any]] = (
    pytest.param("filter: " + "(" * 199 + "true" + ")" * 199, id="parentheses"),
    pytest.param("filter: " + "NOT " * 199 + "true", id="prefixes"),
    pytest.param("filter: 1" + " + 1" * 199, id="sum"),
    pytest.param("filter: " + "lower(" * 98 + "metadata.model" + ")" * 98 + " = 'a'", id="calls"),
    pytest.param("filter: " + "true ? " * 99 + "true" + " : false" * 99, id="conditions"),
    pytest.param("filter: " + "CASE WHEN true THEN " * 99 + "true" + " END" * 99, id="case"),
    pytest.param("filter: metadata.x IN (" + "[" * 99 + "]" * 99 + ")", id="lists"),
    pytest.param("filter: metadata INCLUDES " + '{"a": ' * 98 + "1" + "}" * 98, id="objects"),
    pytest.param(nested(199, lambda node: {"op": "not", "expr": node}), id="tree"),
    pytest.param(
        nested(99, lambda node: {"op": "and", "children": [{"op": "or", "children": [node, A]}, A]}),
        id="logic",
    ),
    pytest.param(nested(199, lambda node: {"op": "eq", "left": node, "right": True}), id="comparisons"),
    pytest.param(
        nested(99, lambda node: {"op": "if", "conds": [{"cond": True, "then": node}], "else": False}), id="if"
    ),
)
"""The deepest queries of their kind: every step walks them by recursion, below the frames of a server."""


@pytest.mark.parametrize("query", DEEPEST)
def test_the_deepest_queries_are_answered(client: TestClient, query: Json) -> None:
    ask(client, query)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({}, 400, "missingQuery", id="no-query"),
        pytest.param({"query": 5}, 400, "missingQuery", id="number"),
        pytest.param({"query": " "}, 400, "emptyQuery", id="empty"),
        pytest.param({"query": "select: *"}, 400, "missingSource", id="no-source"),
        pytest.param({"query": "filter: ((("}, 400, "syntax", id="syntax"),
        pytest.param({"query": "from: project_logs('nosuch')"}, 404, "sourceNotFound", id="project"),
        pytest.param(
            {"query": "from: project_logs", "lint_mode": "loud"}, 400, "badArgument", id="lint-mode"
        ),
        pytest.param({"query": "limit: 1", "fmt": "xml"}, 400, "invalidFmt", id="format"),
        pytest.param(
            {"query": "from: project_logs('p')", "version": "5"}, 400, "versionNotSupported", id="version"
        ),
        pytest.param({"query": "from: dataset", "version": "x"}, 400, "invalidVersion", id="no-version"),
        pytest.param(
            {"query": "from: dataset traces", "audit_log": True}, 400, "unsupported", id="audit-log-of-traces"
        ),
        pytest.param({"query": "limit: 1", "tz_offset": "x"}, 400, "badTzOffset", id="zone"),
        pytest.param({"query": "limit: 1", "tz_offset": 1000}, 400, "badTzOffset", id="zone-beyond-the-day"),
        pytest.param({"query": "limit: 1", "tz_offset": [1]}, 400, "badTzOffset", id="zone-list"),
        pytest.param({"query": "cursor: 'a'", "cursor": "b"}, 400, "invalidCursor", id="two-cursors"),
        pytest.param({"query": "limit: 1", "cursor": 5}, 400, "invalidCursor", id="cursor"),
    ],
)
def test_a_bad_request_says_what_is_wrong(
    client: TestClient, body: dict[str, Json], status: int, code: str
) -> None:
    response = client.post("/btql", json=body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["Message"]
