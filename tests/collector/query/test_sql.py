"""Plans to statements: order, pages, groups and the rows they give."""

import pytest

from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.sql import to_sql
from tests.support.rows import NOW, Asking


def ids(example: Asking, query: str) -> str:
    return "".join(str(row["id"]) for row in example.rows(query))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param("len(tags) DESC", "caedb", id="47"),
        pytest.param("scores.Factuality DESC, created ASC", "acebd", id="48"),
        pytest.param("scores.Factuality desc nulls first", "dbace", id="49"),
        pytest.param("created", "abcde", id="time"),
        pytest.param("metrics.tokens desc", "cdabe", id="hot-number"),
        pytest.param("input", "aebcd", id="strings-before-objects"),
        pytest.param("metadata.user_id", "cabde", id="numbers-before-strings"),
        pytest.param("_pagination_key", "abcde", id="key"),
        pytest.param("is_root", "bdace", id="ties-in-the-same-direction"),
        pytest.param("is_root asc, created asc", "bdace", id="two-keys"),
    ],
)
def test_rows_are_sorted(example: Asking, sort: str, expected: str) -> None:
    assert ids(example, f"select: id | sort: {sort}") == expected


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        pytest.param("select: id", ["ed", "cb", "a", ""], id="newest-first"),
        pytest.param("select: id | sort: _pagination_key DESC", ["ed", "cb", "a", ""], id="by-key"),
        pytest.param("select: id | sort: _pagination_key", ["ab", "cd", "e", ""], id="oldest-first"),
        pytest.param("select: id | sort: _xact_id DESC", ["ed", "cb", "a", ""], id="by-transaction"),
    ],
)
def test_pages_follow_each_other(example: Asking, query: str, pages: list[str]) -> None:
    found: list[str] = []
    cursor = ""
    while len(found) < len(pages):
        answer = example.answer(f"{query} | limit: 2 {cursor}")
        found.append("".join(str(row["id"]) for row in answer.data))
        if answer.cursor is None:
            break
        cursor = f"| cursor: '{answer.cursor}'"

    assert found == pages


def test_traces_are_never_cut_by_a_page(example: Asking) -> None:
    first = example.answer("select: id | from: project_logs('p') traces | limit: 2")
    second = example.answer(
        f"select: id | from: project_logs('p') traces | limit: 2 | cursor: '{first.cursor}'"
    )

    assert [row["id"] for row in first.data] == ["e", "c", "d"]
    assert [row["id"] for row in second.data] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "dimensions: metadata.model as model | measures: count(1) as n, avg(scores.Factuality) as f",
            [
                {"f": 0.5, "model": "claude", "n": 2},
                {"f": 0.9, "model": "gpt-4", "n": 2},
                {"f": 0, "model": None, "n": 1},
            ],
            id="63",
        ),
        pytest.param(
            "SELECT metadata.model AS model, avg(scores.Factuality) AS avg_score FROM project_logs GROUP BY metadata.model "
            "HAVING avg(scores.Factuality) > 0.8 AND count(1) > 1 ORDER BY avg_score DESC",
            [{"avg_score": 0.9, "model": "gpt-4"}],
            id="64",
        ),
        pytest.param(
            "SELECT metadata.model AS model, count(error) / count(1) AS rate FROM project_logs GROUP BY 1 ORDER BY rate DESC",
            [{"model": "claude", "rate": 0.5}, {"model": "gpt-4", "rate": 0}, {"model": None, "rate": 0}],
            id="65",
        ),
        pytest.param(
            "SELECT metadata.model AS model, count(1) AS n FROM project_logs GROUP BY model ORDER BY n DESC LIMIT 1",
            [{"model": "claude", "n": 2}],
            id="66",
        ),
        pytest.param(
            "SELECT date_trunc('day', created) AS time, sum(metrics.tokens) AS t FROM project_logs "
            "GROUP BY date_trunc('day', created) ORDER BY time",
            [
                {"t": 180, "time": "2026-01-05T00:00:00Z"},
                {"t": 550, "time": "2026-01-09T00:00:00Z"},
                {"t": 20, "time": "2026-01-10T00:00:00Z"},
            ],
            id="67",
        ),
        pytest.param(
            "select: tags[0] AS primary_tag, count(1) AS n, avg(scores.Factuality > 0.8 ? 1 : 0) AS hq "
            "| filter: tags INCLUDES 'triage' | dimensions: 1 | sort: n DESC",
            [{"hq": 0, "n": 1, "primary_tag": "done"}, {"hq": 1, "n": 1, "primary_tag": "triage"}],
            id="69",
        ),
        pytest.param("measures: percentile(metrics.tokens, 0.5) as p", [{"p": 100}], id="70"),
        pytest.param(
            "from: project_logs spans | measures: count_distinct(root_span_id) as n", [{"n": 3}], id="71"
        ),
        pytest.param("SELECT count(1) AS n FROM project_logs WHERE id = 'zzz'", [{"n": 0}], id="72-no-group"),
        pytest.param(
            "SELECT count(1) AS n FROM project_logs WHERE id = 'zzz' GROUP BY id", [], id="72-groups"
        ),
        pytest.param(
            "SELECT DISTINCT metadata.model FROM project_logs",
            [{"model": "claude"}, {"model": "gpt-4"}, {"model": None}],
            id="distinct",
        ),
        pytest.param(
            "dimensions: root_span_id | measures: count(1) as n | from: project_logs('p') traces | filter: error IS NOT NULL",
            [{"n": 2, "root_span_id": "t2"}],
            id="groups-of-traces",
        ),
    ],
)
def test_groups(example: Asking, query: str, expected: list[dict[str, object]]) -> None:
    assert example.rows(query) == expected


def test_days_of_a_zone_move_the_groups(example: Asking) -> None:
    query = "SELECT day(created) AS d, sum(metrics.tokens) AS t FROM project_logs GROUP BY 1 ORDER BY 1"

    assert example.rows(query, tz_offset_min=600) == [
        {"d": "2026-01-04T10:00:00Z", "t": 180},
        {"d": "2026-01-08T10:00:00Z", "t": 550},
        {"d": "2026-01-10T10:00:00Z", "t": 20},
    ]


def test_nothing_of_the_user_stands_in_the_statement(example: Asking) -> None:
    query = "select: metadata.secret1 as secret2 | filter: input = 'secret3' or tags[0] = \"secret4\" | sort: secret5"

    lowered = to_sql(example.plan(query), Clock(now=NOW))

    assert "secret" not in lowered.statement.sql
