"""What a query reads: rows unpivoted and sampled, and subqueries."""

import pytest

from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "select: id, score | unpivot: scores as (score, value) | filter: value > 0.6",
            [("c", "Tone"), ("a", "Factuality")],
            id="filter-of-members",
        ),
        pytest.param(
            "select: id, value | unpivot: scores as (score, value) | filter: score = 'Tone' and is_root",
            [("c", 1)],
            id="filter-of-both",
        ),
        pytest.param("select: id, x | unpivot: metadata.model as (x)", [], id="no-list"),
        pytest.param("select: id, x | unpivot: metadata as (x)", [], id="object-as-list"),
        pytest.param("select: k, v | unpivot: tags as (k, v)", [], id="list-as-object"),
        pytest.param(
            "select: root_span_id, tag | from: project_logs('p') traces | unpivot: tags as (tag) | filter: error IS NOT NULL",
            [("t2", "done"), ("t2", "triage")],
            id="traces",
        ),
        pytest.param(
            "SELECT model, n FROM (SELECT metadata.model, count(1) AS n FROM project_logs('p') GROUP BY 1) WHERE n > 1",
            [("claude", 2), ("gpt-4", 2)],
            id="subquery",
        ),
        pytest.param(
            "SELECT sum(n) AS a, max(model) AS b FROM (SELECT metadata.model, count(1) AS n FROM project_logs GROUP BY 1) AS x",
            [(5, "gpt-4")],
            id="groups-of-groups",
        ),
        pytest.param(
            "SELECT upper(id) AS id, created AS c FROM (SELECT id, created FROM project_logs ORDER BY created LIMIT 1)",
            [("A", "2026-01-05T09:00:00.000Z")],
            id="names-of-the-inside",
        ),
        pytest.param(
            "SELECT t.model, avg(t.n) AS n FROM (SELECT metadata.model, count(1) AS n FROM project_logs GROUP BY 1) t"
            " WHERE t.n > 1 GROUP BY t.model HAVING avg(t.n) > 0 ORDER BY t.model DESC",
            [("gpt-4", 2), ("claude", 2)],
            id="names-behind-the-subquery's",
        ),
        pytest.param(
            "SELECT s.k, v FROM (SELECT scores AS x FROM project_logs) AS s UNPIVOT (v FOR k IN (s.x)) WHERE s.k = 'Tone'",
            [("Tone", 1)],
            id="unpivot-behind-the-subquery's-name",
        ),
        pytest.param(
            "SELECT metadata.model FROM (SELECT metadata FROM project_logs WHERE id = 'a') AS metadata",
            [("gpt-4",)],
            id="output-before-the-subquery's-name",
        ),
    ],
)
def test_rows(example: Asking, query: str, expected: list[tuple[object, ...]]) -> None:
    assert [tuple(row[name] for name in _selected(example, query)) for row in example.rows(query)] == expected


def _selected(example: Asking, query: str) -> list[str]:
    return [name for name, _ in example.plan(query).outputs]


def test_everything_of_an_unpivoted_row_is_its_columns_and_the_new_ones(example: Asking) -> None:
    row = example.rows("unpivot: scores as (score, value)")[0]

    assert (row["id"], row["score"], row["value"]) == ("e", "Factuality", 0)


def test_an_unpivoted_answer_has_no_cursor(example: Asking) -> None:
    assert example.answer("unpivot: tags as (tag) | limit: 1").cursor is None


@pytest.mark.parametrize(
    ("outside", "code"),
    [
        pytest.param("SELECT nosuch FROM (SELECT id FROM project_logs)", "unknownField", id="name"),
        pytest.param(
            "SELECT search('a') FROM (SELECT id FROM project_logs)", "unsupported", id="function-of-rows"
        ),
    ],
)
def test_a_subquery_gives_its_outputs_only(example: Asking, outside: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        example.rows(outside)

    assert caught.value.code == code


@pytest.mark.parametrize("shape", ["spans", "traces", "summary"])
@pytest.mark.parametrize(("sample", "count"), [("0%", 0), ("2", 2)])
def test_samples_are_of_rows_or_of_traces(example: Asking, shape: str, sample: str, count: int) -> None:
    query = f"select: id, root_span_id | from: project_logs('p') {shape} | sample: {sample}"

    rows = example.rows(query)

    assert rows == example.rows(query)
    assert (len(rows) if shape == "spans" else len({str(row["root_span_id"]) for row in rows})) == count


def test_a_sample_comes_before_groups(example: Asking) -> None:
    assert example.rows("measures: count(1) as n | sample: 2") == [{"n": 2}]


def test_keys_and_paths_of_a_user_are_no_sql(example: Asking) -> None:
    hostile = "x' OR 1=1; DROP TABLE rows; --"
    text = hostile.replace("'", "''")
    query = f"select: id | unpivot: metadata.\"{hostile}\" as (a, b) | filter: b = '{text}'"

    assert example.rows(query) == []
    assert len(example.rows("select: id")) == 5
