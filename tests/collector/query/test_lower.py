"""Expressions as SQL: operators, grouping rules, and what is refused."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        pytest.param("created < CURRENT_DATE - INTERVAL 1 DAY", "ba", id="01"),
        pytest.param("metadata.user_id = '1234'", "a", id="02"),
        pytest.param("scores.Factuality > 0.5", "a", id="03"),
        pytest.param("metadata.user_id = 1234", "c", id="04"),
        pytest.param("metadata.user_id IN ('1234', 1234)", "ca", id="05"),
        pytest.param("to_string(metadata.user_id) = '1234'", "ca", id="06"),
        pytest.param('tags includes "triage" and NOT tags includes "triaged"', "ca", id="07"),
        pytest.param("NOT tags INCLUDES 'triage'", "edb", id="08"),
        pytest.param("tags[0] = 'done'", "c", id="09-first"),
        pytest.param("tags[-1] = 'triage'", "ca", id="09-last"),
        pytest.param("tags[99999999999999999999] = 'done'", "", id="09-beyond-any-list"),
        pytest.param("tags[-99999999999999999999] = 'done'", "", id="09-before-any-list"),
        pytest.param("input LIKE 'How%'", "ea", id="10-like"),
        pytest.param("input ILIKE '%how%'", "ea", id="10-ilike"),
        pytest.param("input LIKE '%50\\% off%'", "c", id="11"),
        pytest.param('metrics.tokens > (metadata.model = "gpt-4-turbo" ? 1000 : 500)', "", id="12"),
        pytest.param("error IS NOT NULL", "d", id="13"),
        pytest.param("span_parents = null", "eca", id="15-null"),
        pytest.param("is_root", "eca", id="15-is-root"),
        pytest.param("error MATCH 'timeout'", "d", id="16"),
        pytest.param("search('apples')", "e", id="17"),
        pytest.param("search('apple')", "", id="17-whole-words"),
        pytest.param("coalesce(metadata.model, 'x') != 'gpt-4'", "edc", id="18"),
        pytest.param("metadata.model <!=> 'gpt-4'", "edc", id="18-operator"),
        pytest.param("metadata.model != 'gpt-4'", "dc", id="19"),
        pytest.param("metadata.model IN ['gpt-4']", "ba", id="20"),
        pytest.param("error IS NOT NULL AND error.type NOT IN ('rate_limit','timeout')", "", id="21"),
        pytest.param("created > now() - interval 1 hour AND created < now()", "e", id="22"),
        pytest.param("created < now() - interval 7 day AND created > now() - interval 1 month", "", id="23"),
        pytest.param("created > '2024-01-01'", "edcba", id="24"),
        pytest.param('scores."Email Draft vs Sent Similarity" IS NOT NULL', "", id="26"),
        pytest.param("metadata.\"field.name\" = 'x'", "", id="27"),
        pytest.param("json_extract(metadata.config, 'user.theme') = 'dark'", "", id="28"),
        pytest.param("json_extract(metadata.config,'version') > 2.0", "", id="29"),
        pytest.param("classifications.Task[0].metadata.distance < 0.5", "", id="30"),
        pytest.param("root_span_id IN ['t1', 't3']", "eba", id="32"),
        pytest.param("(created >= NOW() - INTERVAL 86400 SECOND) AND (true)", "e", id="33"),
        pytest.param("metadata.user_id = '1234'' OR ''1''=''1'", "", id="35"),
        pytest.param("metrics.tokens > 'abc'", "", id="36"),
        pytest.param("len(tags) = 0", "e", id="37-empty"),
        pytest.param("tags IS NULL", "db", id="37-null"),
    ],
)
def test_the_filters_of_the_reference(example: Asking, condition: str, ids: str) -> None:
    assert example.ids(condition) == ids


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("7 / 2", 3.5, id="real-division"),
        pytest.param("1 / 0", None, id="division-by-zero"),
        pytest.param("7 % 4", 3, id="modulo"),
        pytest.param("7 % 0", None, id="modulo-zero"),
        pytest.param("1 + 2 * 3 - -4", 11, id="precedence"),
        pytest.param("-metrics.tokens", -100, id="negative"),
        pytest.param("metadata.user_id + 1", None, id="a-string-is-no-number"),
        pytest.param("created - interval 1 day", "2026-01-04T09:00:00Z", id="earlier"),
        pytest.param("created - interval 10000 year is not null", True, id="as-far-as-may-be"),
        pytest.param("created" + " + interval 10000 year" * 40, None, id="further-than-a-time-can-be"),
        pytest.param("interval 1 hour + created", "2026-01-05T10:00:00Z", id="later"),
        pytest.param("'2026-01-05T10:00:00Z' > created", True, id="constant-time-on-the-left"),
        pytest.param("created - created", 0, id="seconds-between"),
        pytest.param("null AND false", False, id="kleene-and"),
        pytest.param("null OR true", True, id="kleene-or"),
        pytest.param("NOT null", None, id="kleene-not"),
        pytest.param("NOT metadata.user_id", False, id="a-text-is-true"),
        pytest.param("0 OR ''", False, id="zero-and-empty-are-false"),
        pytest.param("created AND interval 1 day", True, id="a-time-is-true"),
        pytest.param("metadata.missing ? 1 : 2", 2, id="null-is-no-condition"),
        pytest.param("CASE WHEN false THEN 1 END", None, id="case-without-else"),
        pytest.param("is_root ? 'x' : 1", "x", id="branches-of-two-types"),
        pytest.param("(metadata.missing).x", None, id="into-null"),
        pytest.param("coalesce(metadata, tags).user_id", "1234", id="into-a-function"),
        pytest.param("id.x", None, id="into-a-string"),
        pytest.param("metadata", {"user_id": "1234", "model": "gpt-4"}, id="object"),
        pytest.param("[1, 'a', null]", [1, "a", None], id="array-constant"),
    ],
)
def test_operators(example: Asking, expression: str, expected: Json) -> None:
    assert example.value(expression) == expected


def test_a_branch_without_a_value_is_compared_as_any_other(example: Asking) -> None:
    # The engine knows that every row has a time, so that the branch is always taken.
    assert not example.ids("(created IS NOT NULL ? null : 'x') != ''")


@pytest.mark.parametrize(
    ("expression", "length"),
    [pytest.param("is_root ? null : 'x'", 2, id="text"), pytest.param("is_root ? 1 : null", 2, id="number")],
)
def test_rows_are_grouped_by_branches_without_a_value(example: Asking, expression: str, length: int) -> None:
    assert (
        len(example.rows(f"dimensions: {expression} as part | measures: count(1) as n | sort: part"))
        == length
    )


@pytest.mark.parametrize(
    ("query", "code", "place"),
    [
        pytest.param("filter: nosuch(1) = 1", "unknownFunction", "nosuch", id="function"),
        pytest.param("filter: lower() = 'a'", "wrongArgumentCount", "lower()", id="too-few-arguments"),
        pytest.param(
            "filter: round(1, 2, 3) = 1", "wrongArgumentCount", "round(1, 2, 3)", id="too-many-arguments"
        ),
        pytest.param("filter: input LIKE output", "badArgument", "output", id="pattern-from-the-row"),
        pytest.param("filter: input LIKE 5", "badArgument", "5", id="pattern-no-text"),
        pytest.param("filter: input MATCH 5", "badArgument", "5", id="words-no-text"),
        pytest.param("filter: input ILIKE null", "badArgument", "null", id="pattern-null"),
        pytest.param(
            "filter: interval 1 day - created > 0", "badArgument", "interval 1 day - created", id="interval"
        ),
        pytest.param("select: created - interval 10001 year", "badArgument", "10001", id="interval-too-long"),
        pytest.param(
            "select: substring(id, -5, 99999999999)", "badArgument", "99999999999", id="place-too-far"
        ),
        pytest.param("select: to_datetime(1e300)", "badArgument", "1e300", id="time-too-far"),
        pytest.param("measures: sum(sum(1)) as n", "nestedAggregate", "sum(1)", id="nested-aggregate"),
        pytest.param("select: id | sort: sum(1)", "aggregateInFilter", "sum(1)", id="aggregate-of-a-row"),
        pytest.param(
            "measures: count(1), estimated_cost()", "notGrouped", "estimated_cost()", id="cost-of-no-row"
        ),
        pytest.param("measures: count(1), search('a')", "notGrouped", "search('a')", id="search-in-no-row"),
        pytest.param("select: id, count(1) as n | dimensions: is_root", "notGrouped", "id", id="not-grouped"),
    ],
)
def test_what_has_no_meaning_is_refused_at_its_place(
    example: Asking, query: str, code: str, place: str
) -> None:
    with pytest.raises(QueryError) as caught:
        example.rows(query)

    error = caught.value
    assert error.offset is not None
    assert (error.code, query[error.offset : error.offset + error.length]) == (code, place)


def test_an_unknown_function_names_the_nearest(example: Asking) -> None:
    with pytest.raises(QueryError) as caught:
        example.rows("measures: cuont(1) as n")

    assert caught.value.suggestion == "did you mean count?"


def test_a_query_whose_sql_would_explode_is_refused(example: Asking) -> None:
    expression = "metadata.config"
    for _ in range(20):
        expression = f"json_extract({expression}, 'k')"

    with pytest.raises(QueryError) as caught:
        example.value(expression)

    assert caught.value.code == "tooComplex"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x' OR '1'='1", id="quote"),
        pytest.param("x'; DROP TABLE store.rows; --", id="statement"),
        pytest.param("$p1", id="parameter"),
        pytest.param('"', id="double-quote"),
        pytest.param("\x00", id="nul"),
    ],
)
def test_no_text_becomes_sql(example: Asking, text: str) -> None:
    quoted = text.replace("'", "''")
    name = text.replace('"', '""')

    found = example.rows(
        f"select: '{quoted}' as \"{name}\", metadata.\"{name}\" as other | filter: input != '{quoted}' | limit: 1"
    )

    assert found == [{text: text, "other": None}]
    assert example.ids("true") == "edcba"
