"""Names of output columns, and what other clauses may call them."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.names import vocabulary
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("select", "names"),
    [
        pytest.param("id, metadata.model, metadata.model as m", ["id", "m", "model"], id="last-key"),
        pytest.param("metadata.name, user.name", ["metadata.name", "user.name"], id="key-twice"),
        pytest.param("id, metadata.id", ["id", "metadata.id"], id="key-of-a-column"),
        pytest.param("metadata.created", ["metadata.created"], id="name-of-a-column"),
        pytest.param("tags[0]", ["tags[0]"], id="position"),
        pytest.param("UPPER(id)", ["upper(id)"], id="text"),
    ],
)
def test_output_columns_have_names(example: Asking, select: str, names: list[str]) -> None:
    assert sorted(example.rows(f"select: {select} | limit: 1")[0]) == names


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT id, metadata.model FROM project_logs WHERE model = 'claude'", id="implied"),
        pytest.param("SELECT id, metadata.model AS m FROM project_logs WHERE m = 'claude'", id="given"),
        pytest.param(
            "SELECT id, metadata.model AS id2, metadata.x FROM project_logs WHERE id2 = 'claude'", id="other"
        ),
    ],
)
def test_a_filter_may_use_the_name_of_an_output(example: Asking, query: str) -> None:
    assert [row["id"] for row in example.rows(query)] == ["d", "c"]


def test_a_filter_means_the_column_before_the_output(example: Asking) -> None:
    assert example.rows("SELECT metadata.model AS id FROM project_logs WHERE id = 'a'") == [{"id": "gpt-4"}]


def test_a_sort_means_the_output_before_the_column(example: Asking) -> None:
    rows = example.rows(
        "SELECT max(created) AS created, metadata.model FROM project_logs GROUP BY 2 ORDER BY created DESC"
    )

    assert [row["model"] for row in rows] == [None, "claude", "gpt-4"]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT type, sum(tokens) AS tokens FROM project_logs GROUP BY 1 {}", id="short-name"),
        pytest.param("SELECT type, max(created) AS created FROM project_logs GROUP BY 1 {}", id="column"),
        pytest.param("SELECT type, sum(n) AS n FROM (SELECT type, 1 AS n FROM project_logs) GROUP BY 1 {}", id="subquery"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("clause", ["ORDER BY {} DESC", "HAVING {} != null"])
def test_in_an_aggregate_a_name_is_no_other_aggregate(example: Asking, query: str, clause: str) -> None:
    aggregate = query.partition(", ")[2].partition(" AS")[0]

    rows = example.rows(query.format(clause.format(aggregate)))

    assert {row["type"] for row in rows} == {"task", "llm"}


def test_positions_name_outputs(example: Asking) -> None:
    rows = example.rows(
        "SELECT metadata.model, count(1) FROM project_logs GROUP BY 1 ORDER BY 2 DESC, 1 DESC"
    )

    assert [row["model"] for row in rows] == ["gpt-4", "claude", None]


@pytest.mark.parametrize(
    ("query", "code", "place"),
    [
        pytest.param(
            "SELECT metadata.name, user.name FROM project_logs ORDER BY name",
            "ambiguousName",
            "name",
            id="two",
        ),
        pytest.param(
            "SELECT id, user.number AS id FROM project_logs", "duplicateAlias", "user.number", id="implied"
        ),
        pytest.param("SELECT 1 AS x, 2 AS x FROM project_logs", "duplicateAlias", "1", id="given"),
        pytest.param("SELECT id FROM project_logs ORDER BY 2", "badPosition", "2", id="position"),
    ],
)
def test_what_is_not_unique_is_refused(example: Asking, query: str, code: str, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        example.rows(query)

    error = caught.value
    assert error.offset is not None
    found = (
        query[error.offset : error.offset + error.length]
        if code != "ambiguousName"
        else query[error.offset :]
    )
    assert (error.code, found) == (code, place)


def test_names_are_known_or_near_to_one() -> None:
    names = vocabulary("project_logs", "spans", ["score"])

    assert names.knows("latency")
    assert names.knows("score")
    assert not names.knows("metadata2")
    assert names.nearest("metadata2") == "metadata"
    assert names.nearest("zzzzzz") is None
