"""Texts in double quotes: names where the query or its source has one, else strings."""

import pytest

from tests.support.rows import Asking

SQL = "FROM project_logs('p')"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param("\"id\" = 'a'", "a", id="left-of-a-comparison"),
        pytest.param('"error" IS NOT NULL', "d", id="before-a-test"),
        pytest.param("\"id\" IN ('a', 'c')", "ca", id="before-a-list"),
        pytest.param('NOT "is_root"', "db", id="alone"),
        pytest.param('"is_root" AND "error" IS NULL', "eca", id="in-a-term"),
        pytest.param("(\"is_root\" ? 'r' : 's') = 's'", "db", id="as-a-condition"),
        pytest.param("upper(\"id\") = 'A'", "a", id="first-argument"),
        pytest.param("(\"metadata\").model = 'claude'", "dc", id="before-a-step"),
    ],
)
def test_the_name_of_a_column_is_the_column(example: Asking, condition: str, expected: str) -> None:
    assert example.ids(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param('span_attributes.type != "input"', "edcba", id="right-of-a-comparison"),
        pytest.param('span_attributes.name LIKE "answer"', "a", id="pattern"),
        pytest.param('(error IS NULL ? "id" : "error") = \'error\'', "d", id="result-of-a-condition"),
        pytest.param("coalesce(metadata.model, \"id\") = 'id'", "e", id="second-argument"),
        pytest.param('search("error")', "", id="text-to-look-for"),
        pytest.param("\"nosuch\" = 'nosuch'", "edcba", id="no-name-of-anything"),
    ],
)
def test_where_a_value_is_expected_it_is_a_string(example: Asking, condition: str, expected: str) -> None:
    assert example.ids(condition) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            f'SELECT metrics.tokens AS "the tokens" {SQL} ORDER BY "the tokens" DESC LIMIT 2',
            [{"the tokens": 300}, {"the tokens": 250}],
            id="sort",
        ),
        pytest.param(
            f'SELECT metadata.model AS "m x", count(1) AS "the n" {SQL} GROUP BY "m x" HAVING "the n" > 1 ORDER BY "m x" DESC',
            [{"m x": "gpt-4", "the n": 2}, {"m x": "claude", "the n": 2}],
            id="group-and-having",
        ),
        pytest.param(
            f"SELECT metadata.model {SQL} WHERE \"model\" = 'claude' LIMIT 1",
            [{"model": "claude"}],
            id="implied-name",
        ),
        pytest.param(
            f'SELECT "k", sum(v) AS total {SQL} UNPIVOT (v FOR k IN ("scores")) GROUP BY "k"',
            [{"k": "Factuality", "total": 1.4}, {"k": "Tone", "total": 1}],
            id="unpivot",
        ),
        pytest.param(
            'dimensions: metadata.model as model | measures: count(1) as "the n" | pivot: "the n"',
            [{"claude_the n": 2, "gpt-4_the n": 2, "null_the n": 1}],
            id="pivot",
        ),
        pytest.param('select: "id" | limit: 1', [{"id": "e"}], id="selected"),
    ],
)
def test_the_name_of_an_output_is_the_output(
    example: Asking, query: str, expected: list[dict[str, object]]
) -> None:
    assert example.rows(query) == expected


def test_a_selected_text_is_not_the_output_that_it_is_called(example: Asking) -> None:
    assert example.rows('select: "high" as high | limit: 1') == [{"high": "high"}]
