"""Every example of the query language's reference, by its number (spec/btql.md section 10)."""

from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking

F = "from: project_logs('p')"
SQL = "FROM project_logs('p')"


def ids(rows: list[Any]) -> str:
    return "".join(str(row["id"]) for row in rows)


FILTERS = {
    "1": ("created < CURRENT_DATE - INTERVAL 1 DAY", "ba"),
    "2": ("metadata.user_id = '1234'", "a"),
    "3": ("scores.Factuality > 0.5", "a"),
    "4": ("metadata.user_id = 1234", "c"),
    "5": ("metadata.user_id IN ('1234', 1234)", "ca"),
    "6": ("to_string(metadata.user_id) = '1234'", "ca"),
    "7": ('tags includes "triage" and NOT tags includes "triaged"', "ca"),
    "8": ("NOT tags INCLUDES 'triage'", "edb"),
    "9-first": ("tags[0] = 'done'", "c"),
    "9-last": ("tags[-1] = 'triage'", "ca"),
    "10-like": ("input LIKE 'How%'", "ea"),
    "10-ilike": ("input ILIKE '%how%'", "ea"),
    "11": (r"input LIKE '%50\% off%'", "c"),
    "12": ('metrics.tokens > (metadata.model = "gpt-4-turbo" ? 1000 : 500)', ""),
    "13": ("error IS NOT NULL", "d"),
    "15-null": ("span_parents = null", "eca"),
    "15-root": ("is_root", "eca"),
    "16": ("error MATCH 'timeout'", "d"),
    "17-word": ("search('apples')", "e"),
    "17-part": ("search('apple')", ""),
    "18": ("coalesce(metadata.model, 'x') != 'gpt-4'", "edc"),
    "18-isnot": ("metadata.model <!=> 'gpt-4'", "edc"),
    "19": ("metadata.model != 'gpt-4'", "dc"),
    "20": ("metadata.model IN ('gpt-4','gpt-4-turbo')", "ba"),
    "20-brackets": ("metadata.model IN ['gpt-4']", "ba"),
    "21": ("error IS NOT NULL AND error.type NOT IN ('rate_limit','timeout')", ""),
    "22": ("created > now() - interval 1 hour AND created < now()", "e"),
    "23": ("created < now() - interval 7 day AND created > now() - interval 1 month", ""),
    "24": ("created > '2024-01-01'", "edcba"),
    "26": ('scores."Email Draft vs Sent Similarity" IS NOT NULL', ""),
    "27": ("metadata.\"field.name\" = 'x'", ""),
    "28": ("json_extract(metadata.config, 'user.theme') = 'dark'", ""),
    "29": ("json_extract(metadata.config,'version') > 2.0", ""),
    "30": ("classifications.Task[0].metadata.distance < 0.5", ""),
    "31": ("facets.sentiment IN ('NEGATIVE','MIXED')", ""),
    "32": ("root_span_id IN ['t1', 't3']", "eba"),
    "33": ("(created >= NOW() - INTERVAL 86400 SECOND) AND (true)", "e"),
    "35": ("metadata.user_id = '1234'' OR ''1''=''1'", ""),
    "36": ("metrics.tokens > 'abc'", ""),
    "37-empty": ("len(tags) = 0", "e"),
    "37-null": ("tags IS NULL", "db"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["clauses", "sql"])
@pytest.mark.parametrize(
    ("condition", "expected"), [pytest.param(*case, id=name) for name, case in FILTERS.items()]
)
def test_filters(example: Asking, condition: str, expected: str, mode: str) -> None:
    query = (
        f"select: id | {F} | filter: {condition}"
        if mode == "clauses"
        else f"SELECT id {SQL} WHERE {condition}"
    )

    assert ids(example.rows(query)) == expected


IDENT: Json = {"op": "ident", "name": ["span_parents"]}
TREES: dict[str, tuple[Json, str]] = {
    "14": ({"op": "ne", "left": IDENT, "right": {"op": "literal", "value": None}}, "db"),
    "34": (
        {
            "op": "and",
            "children": [
                {"btql": "metadata.model = 'claude'"},
                {"op": "isnull", "expr": {"op": "ident", "name": ["error"]}},
            ],
        },
        "c",
    ),
}


@pytest.mark.parametrize(
    ("condition", "expected"), [pytest.param(*case, id=name) for name, case in TREES.items()]
)
def test_trees(example: Asking, condition: Json, expected: str) -> None:
    assert ids(example.rows({"filter": condition})) == expected


RATING = '(scores.Factuality > 0.9 ? "excellent" : scores.Factuality > 0.7 ? "good" : scores.Factuality > 0.5 ? "fair" : "poor")'
ROWS: dict[str, tuple[str, list[dict[str, Json]]]] = {
    "38": (
        f"SELECT metadata.model AS model, scores.Factuality AS score, created AS timestamp {SQL} ORDER BY created ASC LIMIT 1",
        [{"model": "gpt-4", "score": 0.9, "timestamp": "2026-01-05T09:00:00.000Z"}],
    ),
    "39": (
        f"SELECT (error IS NOT NULL ? -1 : metrics.tokens) AS valid_tokens {SQL}",
        [{"valid_tokens": tokens} for tokens in (20, -1, 300, 80, 100)],
    ),
    "40": (
        f"SELECT {RATING} AS rating {SQL}",
        [{"rating": rating} for rating in ("poor", "poor", "poor", "poor", "good")],
    ),
    "41": (
        f"SELECT day(created) AS date, hour(created) AS hour, round(scores.Factuality, 2) AS r {SQL} WHERE id = 'a'",
        [{"date": "2026-01-05T00:00:00Z", "hour": "2026-01-05T09:00:00Z", "r": 0.9}],
    ),
    "42": (
        f"SELECT metadata.category, metadata.model {SQL} WHERE category IS NULL AND model = 'claude' LIMIT 1",
        [{"category": None, "model": "claude"}],
    ),
    "45": (f"SELECT user.name AS user_name, metadata.name {SQL} WHERE name = 'configuration'", []),
    "46": (f"select: id, metadata.id | {F} | limit: 1", [{"id": "e", "metadata.id": None}]),
    "54": (
        f"SELECT max(_xact_id) as version, count(*) as count {SQL}",
        [{"count": 5, "version": "1000197156530614077"}],
    ),
    "63": (
        f"dimensions: metadata.model as model | measures: count(1) as n, avg(scores.Factuality) as f | {F}",
        [
            {"f": 0.5, "model": "claude", "n": 2},
            {"f": 0.9, "model": "gpt-4", "n": 2},
            {"f": 0, "model": None, "n": 1},
        ],
    ),
    "64": (
        f"SELECT metadata.model AS model, avg(scores.Factuality) AS avg_score {SQL} GROUP BY metadata.model "
        "HAVING avg(scores.Factuality) > 0.8 AND count(1) > 1 ORDER BY avg_score DESC",
        [{"avg_score": 0.9, "model": "gpt-4"}],
    ),
    "65": (
        f"SELECT metadata.model AS model, count(error) / count(1) AS error_rate {SQL} GROUP BY 1 ORDER BY error_rate DESC",
        [
            {"error_rate": 0.5, "model": "claude"},
            {"error_rate": 0, "model": "gpt-4"},
            {"error_rate": 0, "model": None},
        ],
    ),
    "66": (
        f"SELECT metadata.model AS model, count(1) AS total_calls {SQL} GROUP BY metadata.model ORDER BY total_calls DESC LIMIT 1",
        [{"model": "claude", "total_calls": 2}],
    ),
    "67": (
        f"SELECT date_trunc('day', created) AS time, sum(metrics.tokens) AS t {SQL} GROUP BY date_trunc('day', created) ORDER BY time ASC",
        [
            {"t": 180, "time": "2026-01-05T00:00:00Z"},
            {"t": 550, "time": "2026-01-09T00:00:00Z"},
            {"t": 20, "time": "2026-01-10T00:00:00Z"},
        ],
    ),
    "69": (
        f"select: tags[0] AS primary_tag, count(1) AS n, avg(scores.Factuality > 0.8 ? 1 : 0) AS hq | {F} "
        "| filter: tags INCLUDES 'triage' | dimensions: 1 | sort: n DESC",
        [{"hq": 0, "n": 1, "primary_tag": "done"}, {"hq": 1, "n": 1, "primary_tag": "triage"}],
    ),
    "70": (f"{F} | measures: percentile(metrics.tokens, 0.5) as p", [{"p": 100}]),
    "71": (
        f"{F} spans | measures: count_distinct(root_span_id) as total_traces | filter: created >= NOW() - INTERVAL 86400 SECOND",
        [{"total_traces": 1}],
    ),
    "72-one": (f"SELECT count(1) AS n {SQL} WHERE id = 'zzz'", [{"n": 0}]),
    "72-none": (f"SELECT count(1) AS n {SQL} WHERE id = 'zzz' GROUP BY metadata.model", []),
    "73": (
        f"SELECT id, score, value {SQL} UNPIVOT (value FOR score IN (scores))",
        [
            {"id": "e", "score": "Factuality", "value": 0},
            {"id": "c", "score": "Factuality", "value": 0.5},
            {"id": "c", "score": "Tone", "value": 1},
            {"id": "a", "score": "Factuality", "value": 0.9},
        ],
    ),
    "74": (
        f"select: id, tag | {F} | unpivot: tags as (tag)",
        [{"id": "c", "tag": "done"}, {"id": "c", "tag": "triage"}, {"id": "a", "tag": "triage"}],
    ),
    "75": (
        f"select: id | {F} | unpivot: scores as (score, value), tags as (tag)",
        [{"id": "c"}, {"id": "c"}, {"id": "c"}, {"id": "c"}, {"id": "a"}],
    ),
    "76": (
        f"SELECT score, round(AVG(value), 4) AS avg_value, COUNT(1) AS count {SQL} UNPIVOT (value FOR score IN (scores)) "
        "GROUP BY score ORDER BY avg_value DESC",
        [
            {"avg_value": 1, "count": 1, "score": "Tone"},
            {"avg_value": 0.4667, "count": 3, "score": "Factuality"},
        ],
    ),
    "77": (
        f"SELECT score, total {SQL} UNPIVOT (value FOR score IN (scores)) PIVOT(SUM(value) AS total FOR score IN (ANY))",
        [{"Factuality_total": 1.4, "Tone_total": 1}],
    ),
    "78": (
        f"dimensions: day(created) as date, metadata.model as model | measures: avg(scores.Factuality) as f | {F} | pivot: f",
        [
            {"claude_f": None, "date": "2026-01-05T00:00:00Z", "gpt-4_f": 0.9, "null_f": None},
            {"claude_f": 0.5, "date": "2026-01-09T00:00:00Z", "gpt-4_f": None, "null_f": None},
            {"claude_f": None, "date": "2026-01-10T00:00:00Z", "gpt-4_f": None, "null_f": 0},
        ],
    ),
    "79": (
        f"SELECT classification.id, COUNT(1) AS count {SQL} UNPIVOT (classification FOR _ IN (classifications.Issues)) "
        "GROUP BY classification.id",
        [],
    ),
    "80": (
        f"dimensions: day(created) as d | measures: avg(estimated_cost()) as cost | {F} summary | limit: 1",
        [{"cost": None, "d": "2026-01-05T00:00:00Z"}],
    ),
    "90": (
        "SELECT metadata.model AS model, count(1) AS trace_count FROM project_logs('p', shape => 'summary') GROUP BY metadata.model",
        [
            {"model": "claude", "trace_count": 1},
            {"model": "gpt-4", "trace_count": 1},
            {"model": None, "trace_count": 1},
        ],
    ),
    "91-groups": (
        f"dimensions: metadata.model as model | measures: sum(metrics.total_tokens) as n | {F} summary | final_filter: n > 200",
        [{"model": "claude", "n": 550}],
    ),
}


@pytest.mark.parametrize(("query", "expected"), [pytest.param(*case, id=name) for name, case in ROWS.items()])
def test_rows(example: Asking, query: str, expected: list[dict[str, Json]]) -> None:
    assert [pytest.approx(row) for row in expected] == example.rows(query)


IDS: dict[str, tuple[str, str]] = {
    "47": (f"SELECT id {SQL} ORDER BY len(tags) DESC", "caedb"),
    "48": (f"SELECT id {SQL} ORDER BY scores.Factuality DESC, created ASC", "acebd"),
    "49": (f"select: id | {F} | sort: scores.Factuality desc nulls first", "dbace"),
    "52": (f"SELECT * {SQL} WHERE root_span_id = 't1' ORDER BY created ASC LIMIT 1000", "ab"),
    "53": (f"select: id, span_id, span_parents, root_span_id, name | {F} | filter: root_span_id = 't1'", "ba"),
    "57": (f"SELECT * {SQL} WHERE created < '2026-01-09T08:00:01Z' ORDER BY created DESC LIMIT 100", "cba"),
    "61": (f"select: * | {F} spans | filter: id = 'a' | preview_length: -1 | limit: 1", "a"),
    "62": ("SELECT id FROM project_logs('p', 'p')", "edcba"),
    "81": (f"select: * | {F} traces | filter: error IS NOT NULL", "cd"),
    "82": (f"select: * | {F} traces | filter: ANY_SPAN(error IS NOT NULL) AND ANY_SPAN(span_attributes.type = 'llm')", "cd"),
    "83": (f"select: * | {F} traces | filter: error IS NOT NULL AND span_attributes.type = 'task'", ""),
    "84": (f"select: * | {F} traces | filter: ANY_SPAN(is_root AND error IS NOT NULL)", ""),
    "85": (f"select: * | {F} traces | filter: NOT ANY_SPAN(error IS NOT NULL)", "eab"),
    "86": (
        f"select: * | {F} traces | filter: NOT ANY_SPAN(span_attributes.type = 'score' AND ANY_SPAN(span_attributes.name = 'null_score'))",
        "ecdab",
    ),
    "88": (f"select: * | {F} traces | filter: FILTER_SPANS(span_attributes.type = 'llm')", "db"),
    "89": (f"select: * | {F} summary | preview_length: 1024 | limit: 10", "eca"),
    "91-span": (f"select: * | {F} summary | filter: metrics.tokens > 350", ""),
}  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), [pytest.param(*case, id=name) for name, case in IDS.items()])
def test_ids(example: Asking, query: str, expected: str) -> None:
    assert ids(example.rows(query)) == expected


def test_50(example: Asking) -> None:
    query = f"SELECT id {SQL} WHERE created > '2024-01-01' ORDER BY _pagination_key DESC LIMIT 2"
    pages: list[tuple[str, bool]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = example.answer(query + (f" OFFSET '{cursor}'" if cursor else ""))
        pages.append((ids(list(answer.data)), answer.cursor is not None))
        cursor = answer.cursor

    assert pages == [("ed", True), ("cb", True), ("a", True), ("", False)]


def test_51(example: Asking) -> None:
    query = f'select: * | {F} spans | limit: 1000 | sort: _pagination_key DESC | filter: true | cursor: "agO8JAMxAAA"'

    assert len(example.rows(query)) <= 5


def test_59(example: Asking) -> None:
    query = f"select: * | {F} spans | sample: 25% | limit: 100"

    assert example.rows(query) == example.rows(query)
    assert len(example.rows(f"select: id | {F} | sample: 2")) == 2


def test_68(example: Asking) -> None:
    query = f"SELECT date_trunc('day', created) AS time, sum(metrics.tokens) AS t {SQL} GROUP BY date_trunc('day', created) ORDER BY time"

    assert example.rows(query, tz_offset_min=600) == [
        {"t": 180, "time": "2026-01-04T10:00:00Z"},
        {"t": 550, "time": "2026-01-08T10:00:00Z"},
        {"t": 20, "time": "2026-01-10T10:00:00Z"},
    ]


def test_89_has_the_errors_of_its_spans(example: Asking) -> None:
    (row,) = [each for each in example.rows(f"select: * | {F} summary") if each["id"] == "c"]

    info = row["span_type_info"]
    assert isinstance(info, dict)
    assert info["has_error"] is True


REFUSED = {
    "25": (f"{F} | filter: created > 'yesterday'", "badTimestamp"),
    "43": (f"SELECT metadata.name, user.name {SQL} ORDER BY name", "ambiguousName"),
    "44": (f"SELECT id, user.number AS id {SQL}", "duplicateAlias"),
    "58-sort": (f"SELECT id {SQL} ORDER BY created DESC LIMIT 2 OFFSET 'x'", "cursorSort"),
    "58-number": (f"SELECT id {SQL} LIMIT 2 OFFSET 2", "numericOffset"),
    "87": (
        f"select: * | {F} traces | filter: NOT ANY_SPAN(ANY_SPAN(is_root) AND ANY_SPAN(error IS NULL))",
        "spanFilterNesting",
    ),
    "92-join": (f"SELECT id {SQL} JOIN project_logs('q')", "unsupported"),
    "92-union": (f"SELECT id {SQL} UNION SELECT id {SQL}", "unsupported"),
    "92-window": (f"SELECT sum(metrics.tokens) OVER (PARTITION BY id) {SQL}", "unsupported"),
    "92-pivot": (f"SELECT * {SQL} PIVOT(sum(metrics.tokens) FOR metadata.model IN ('a','b'))", "unsupported"),
    "92-with": ("WITH x AS (SELECT 1) SELECT * FROM x", "unsupported"),
    "93-empty": ("", "emptyQuery"),
    "93-comment": ("-- nothing", "emptyQuery"),
    "93-drop": ("DROP TABLE x", "notAQuery"),
    "94-syntax": (f"{F} | filter: (((", "syntax"),
    "94-function": (f"{F} | filter: nosuchfunction(1) = 1", "unknownFunction"),
    "94-source": ("select: * | from: no_such_source('p')", "unknownSource"),
    "95": (f"SELECT metadata.model, id {SQL} GROUP BY 1", "notGrouped"),
}


@pytest.mark.parametrize(("query", "code"), [pytest.param(*case, id=name) for name, case in REFUSED.items()])
def test_refused(example: Asking, query: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        example.rows(query)

    assert caught.value.code == code
    assert code == "emptyQuery" or caught.value.offset is not None
