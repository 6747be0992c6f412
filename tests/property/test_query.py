"""The query language holds for any text and any tree."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build
from otel_bridge_collector.query.function import FUNCTIONS
from otel_bridge_collector.query.page import PageOrder, decode_cursor, encode_cursor
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    In,
    Interval,
    Literal,
    Path,
    Unary,
)
from tests.support.rows import Asking

pytestmark = pytest.mark.one_python

WORDS = st.sampled_from([
    "select", ":", "*", "filter", "from", "project_logs", "(", ")", "'p'", "|", "sort", "desc", "limit", "5", "cursor",
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "ORDER", "metadata", ".", "x", "[", "]", "0", "-1", "=", "!=", "<=>", "AND",
    "OR", "NOT", "IN", "LIKE", "INCLUDES", "MATCH", "BETWEEN", "IS", "NULL", "?", ",", "{", "}", "interval", "day", "now",
    "count", "sum", "any_span", "traces", "'%\\\\'", '"a"', "CASE", "WHEN", "THEN", "END", "dimensions", "measures", "as", "::",
])  # fmt: skip

NAMES = st.sampled_from(
    ["metadata", "created", "tags", "id", "is_root", "metrics", "_xact_id", "unnamed", "duration"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
CONSTANTS: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
STEPS = st.lists(TEXTS | st.integers(-3, 3), max_size=3)
SIMPLE_FUNCTIONS = sorted(
    name for name, function in FUNCTIONS.items() if function.fewest <= 1 <= function.most and name != "search"
)


def _operations(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(inner, inner)
    ordinary = st.sampled_from(
        ["eq", "ne", "is", "isnot", "lt", "le", "gt", "ge", "add", "sub", "mul", "div", "mod"]
    )
    return st.one_of(
        st.builds(lambda operator, pair: build.binary(operator, *pair), ordinary, pairs),
        st.builds(lambda left, text: build.binary("like", left, Literal(value=text)), inner, TEXTS),
        st.builds(lambda left, text: build.binary("match", left, Literal(value=text)), inner, TEXTS),
        st.builds(lambda left, value: build.binary("includes", left, Literal(value=value)), inner, CONSTANTS),
        st.builds(build.unary, st.sampled_from(build.UNARY_NAMES), inner),
        st.builds(build.logical, st.sampled_from(["and", "or"]), pairs),
        st.builds(
            lambda operand, values: In(operand=operand, values=tuple(values)),
            inner,
            st.lists(CONSTANTS, min_size=1),
        ),
        st.builds(lambda pair, other: Conditional(branches=(pair,), otherwise=other), pairs, inner),
        st.builds(
            lambda name, argument: build.call(name, (argument,)), st.sampled_from(SIMPLE_FUNCTIONS), inner
        ),
        st.builds(
            lambda argument, step: Access(of=Call(name="coalesce", arguments=(argument,)), step=step),
            inner,
            TEXTS,
        ),
    )


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.builds(lambda value: Literal(value=value), CONSTANTS),
        st.builds(lambda name, steps: Path(parts=(name, *steps)), NAMES, STEPS),
        st.builds(
            lambda count, unit: Interval(count=count, unit=unit),
            st.integers(0, 10**6),
            st.sampled_from(["day", "hour"]),
        ),
    ),
    _operations,
    max_leaves=6,
)


def error_of(query: Json) -> QueryError | None:
    """What parsing says; any other error is a bug and passes through."""
    try:
        parse(query)
    except QueryError as error:
        return error
    return None


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    opened = Asking(tmp_path_factory.mktemp("property"))
    yield opened
    opened.close()


@given(st.text(max_size=60) | st.lists(WORDS, max_size=20).map(" ".join))
@example("\x00")
@example("filter: a ? b")
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    error = error_of(text)

    assert error is None or error.offset is None or 0 <= error.offset <= len(text)


JSON_NODES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries({
            "op": st.sampled_from(["eq", "and", "in", "ident", "literal", "function", "if", "interval", "not", "star", "like"])
        }, optional=dict.fromkeys(["left", "right", "expr", "children", "name", "args", "value", "conds", "else"], inner)),
        st.fixed_dictionaries({"btql": TEXTS}),
    ),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["select", "filter", "from", "sort", "limit", "cursor", "x"]), JSON_NODES)
)
def test_any_json_is_a_query_or_a_query_error(query: dict[str, Json]) -> None:
    error = error_of(query)

    assert error is None or str(error)


@given(EXPRESSIONS)
def test_a_printed_expression_is_read_as_itself(expression: Expression) -> None:
    assert parse_expression(print_expression(expression)) == expression


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPRESSIONS)
def test_every_expression_runs_or_is_a_query_error(asking: Asking, expression: Expression) -> None:
    text = print_expression(expression)
    try:
        rows = asking.rows(f"select: ({text}) as value, id | sort: ({text}) desc")
    except QueryError:
        return

    assert sorted(str(row["id"]) for row in rows) == ["a", "b", "c", "d", "e"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPRESSIONS)
def test_a_filter_and_its_negation_and_null_divide_the_rows(asking: Asking, expression: Expression) -> None:
    text = print_expression(Unary(operator="not", operand=expression))
    try:
        parts = [asking.ids(f"NOT ({text})"), asking.ids(text), asking.ids(f"({text}) IS NULL")]
    except QueryError:
        return

    assert sorted("".join(parts)) == ["a", "b", "c", "d", "e"]


@given(st.integers(0, 2**64 - 1))
def test_a_cursor_comes_back(key: int) -> None:
    assert decode_cursor(encode_cursor((key,)), PageOrder()) == (key,)
