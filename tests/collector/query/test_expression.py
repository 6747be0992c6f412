"""Tokens to expressions; trees are shown as the printer writes them, with every operation in parentheses."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.expression import MAX_VALUES
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.reader import MAX_NESTING
from otel_bridge_collector.query.syntax import Literal, Logical, Path


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("a OR b AND NOT c = 1", "a OR (b AND (NOT (c = 1)))", id="logic"),
        pytest.param("a AND b AND c", "a AND b AND c", id="flat"),
        pytest.param("1 + 2 * -a % 3", "1 + ((2 * (-a)) % 3)", id="arithmetic"),
        pytest.param("a - b - c", "(a - b) - c", id="to-the-left"),
        pytest.param("NOT tags includes 'x'", "NOT (tags INCLUDES 'x')", id="not-includes"),
        pytest.param("tags NOT CONTAINS 'x'", "NOT (tags INCLUDES 'x')", id="contains"),
        pytest.param("a = b + 1", "a = (b + 1)", id="comparison"),
        pytest.param("a == b", "a = b", id="double-equals"),
        pytest.param("a <> b", "a != b", id="unequal"),
        pytest.param("a = null", "a IS NULL", id="null-test"),
        pytest.param("null != a", "a IS NOT NULL", id="null-on-the-left"),
        pytest.param("a ISNULL OR b ISNOTNULL", "(a IS NULL) OR (b IS NOT NULL)", id="postfix-words"),
        pytest.param("isnull(a)", "a IS NULL", id="null-function"),
        pytest.param("a IS NOT NULL", "a IS NOT NULL", id="is-not-null"),
        pytest.param("a IN ['x', -1]", "a IN ('x', -1)", id="in"),
        pytest.param("a BETWEEN 1 AND 2 OR b", "((a >= 1) AND (a <= 2)) OR b", id="between"),
        pytest.param(
            "a ? b : c ? 1 : 2", "CASE WHEN a THEN b ELSE CASE WHEN c THEN 1 ELSE 2 END END", id="ternary"
        ),
        pytest.param(
            "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END",
            "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END",
            id="case-else",
        ),
        pytest.param("CASE WHEN a THEN 1 END", "CASE WHEN a THEN 1 ELSE null END", id="case"),
        pytest.param("CAST(a AS VARCHAR)", "to_string(a)", id="cast"),
        pytest.param("a::int::text", "to_string(to_integer(a))", id="casts"),
        pytest.param("EXTRACT(hour FROM created)", "date_part('hour', created)", id="extract"),
        pytest.param("count(*)", "count()", id="count-all"),
        pytest.param("COUNT(DISTINCT a)", "count_distinct(a)", id="count-distinct"),
        pytest.param("now() - interval 7 DAYS", "now() - (interval 7 day)", id="interval"),
        pytest.param("interval '2 hours'", "interval 2 hour", id="interval-text"),
        pytest.param("CURRENT_DATE", "current_date()", id="current-date"),
        pytest.param('a.b[0][-1][\'c d\']."e""f"', 'a.b[0][-1]."c d"."e""f"', id="path"),
        pytest.param('"a"."b"', "a.b", id="quoted-path"),
        pytest.param("lower(a)[0].b", "lower(a)[0].b", id="into-a-call"),
        pytest.param('{"a": [1, {"b": null}], c: "d"}', '{"a": [1, {"b": null}], "c": \'d\'}', id="object"),
        pytest.param("[]", "[]", id="empty-array"),
        pytest.param("{}", "{}", id="empty-object"),
        pytest.param("metadata.limit.from", "metadata.limit.from", id="keywords-as-keys"),
        pytest.param("gt(a, 1)", "a > 1", id="operator-by-name"),
        pytest.param("includes(tags, 'x')", "tags INCLUDES 'x'", id="includes-by-name"),
    ],
)
def test_text_becomes_a_tree(text: str, printed: str) -> None:
    assert print_expression(parse_expression(text)) == printed


def test_a_whole_number_that_no_engine_can_hold_is_a_fraction() -> None:
    assert parse_expression("1" + "0" * 40) == Literal(value=1e40)


def test_a_double_quoted_text_alone_is_a_string() -> None:
    assert parse_expression('"gpt-4"') == Literal(value="gpt-4")


def test_a_name_keeps_its_case() -> None:
    assert parse_expression("scores.Factuality") == Path(parts=("scores", "Factuality"))


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        pytest.param("a = b = c", "comparisons cannot be chained", 6, id="chain"),
        pytest.param("a = b IS NULL", "cannot be chained", 6, id="chain-of-words"),
        pytest.param("(((", "expected an expression, found the end", 3, id="open"),
        pytest.param("(a", 'expected "\\)"', 2, id="unclosed"),
        pytest.param("a ? b", 'expected ":"', 5, id="half-a-ternary"),
        pytest.param("a IN tags", "expected a list of values", 5, id="in-a-path"),
        pytest.param("a IN (b)", 'expected a constant, found "b"', 6, id="in-names"),
        pytest.param("a IN ()", "at least one value", 5, id="in-nothing"),
        pytest.param("a NOT 5", "behind NOT", 6, id="not-what"),
        pytest.param("a.5", "expected the end", 1, id="number-as-key"),
        pytest.param("a.[", "behind the dot", 2, id="bracket-behind-the-dot"),
        pytest.param("a[1.5]", "whole number", 2, id="fraction-as-position"),
        pytest.param("from", 'expected an expression, found "from"', 0, id="reserved"),
        pytest.param("a::blob", "expected a type", 3, id="type"),
        pytest.param("interval 5 lightyears", "expected an interval", 0, id="unit"),
        pytest.param("CASE END", "expected WHEN", 5, id="case"),
        pytest.param("{1: 2}", "expected a key", 1, id="key"),
        pytest.param("eq(a)", "eq takes 2 arguments, not 1", 0, id="operator-by-name"),
        pytest.param("not(a, b)", 'expected "\\)"', 5, id="not-of-two"),
        pytest.param("9" * 400, "too large", 0, id="infinite"),
        pytest.param("a && b", "unexpected character '&'", 2, id="foreign-operator"),
    ],
)
def test_what_is_no_expression_is_refused_at_its_place(text: str, message: str, offset: int) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse_expression(text)

    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 5000, id="parentheses"),
        pytest.param("NOT " * 5000 + "a", id="prefixes"),
        pytest.param("1" + " + 1" * 5000, id="to-the-left"),
        pytest.param("a" + " ? a : a" * 5000, id="to-the-right"),
        pytest.param("f(a)" + "[0]" * 5000, id="steps"),
        pytest.param("[" * 5000, id="arrays"),
    ],
)
def test_nesting_is_limited(text: str) -> None:
    with pytest.raises(QueryError, match="deeper"):
        parse_expression(text)


def test_many_terms_of_one_operator_do_not_nest() -> None:
    expression = parse_expression(" AND ".join(["a"] * (10 * MAX_NESTING)))

    assert isinstance(expression, Logical)
    assert len(expression.terms) == 10 * MAX_NESTING


def test_in_takes_a_limited_number_of_values() -> None:
    with pytest.raises(QueryError) as caught:
        parse_expression(f"a IN ({', '.join('1' for _ in range(MAX_VALUES + 1))})")

    assert caught.value.code == "tooManyValues"


def test_an_operator_takes_a_limited_number_of_terms() -> None:
    with pytest.raises(QueryError) as caught:
        parse_expression(" OR ".join(["a"] * (MAX_VALUES + 1)))

    assert caught.value.code == "tooManyValues"
