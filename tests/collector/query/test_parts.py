"""Output columns, sort keys and sources, as clauses and SQL share them."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parts import PartParser, shape_of
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.syntax import Path, Selected, Sorted, Source
from otel_bridge_collector.query.tokens import tokenize

A = Path(parts=("a",))


def parts(text: str) -> PartParser:
    return PartParser(TokenReader(text))


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        pytest.param("*", Selected(expression=None), id="star"),
        pytest.param("a", Selected(expression=A), id="plain"),
        pytest.param("a AS b", Selected(expression=A, alias="b"), id="as"),
        pytest.param('a AS "b c"', Selected(expression=A, alias="b c"), id="quoted-alias"),
        pytest.param("a b", Selected(expression=A, alias="b"), id="without-as"),
        pytest.param("a limit: 5", Selected(expression=A), id="before-a-clause"),
        pytest.param("a FROM b", Selected(expression=A), id="before-a-keyword"),
    ],
)
def test_an_output_column(text: str, selected: Selected) -> None:
    assert parts(text).selected() == selected


def test_an_alias_is_a_name() -> None:
    with pytest.raises(QueryError, match="a name behind AS"):
        parts("a AS 5").selected()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("a", Sorted(expression=A), id="ascending"),
        pytest.param("a ASC", Sorted(expression=A), id="asc"),
        pytest.param("a desc", Sorted(expression=A, descending=True), id="desc"),
        pytest.param("a nulls first", Sorted(expression=A, nulls_first=True), id="nulls-first"),
        pytest.param("a DESC NULLS LAST", Sorted(expression=A, descending=True), id="nulls-last"),
    ],
)
def test_a_sort_key(text: str, key: Sorted) -> None:
    assert parts(text).sorted() == key


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("project_logs('p')", Source(kind="project_logs", references=("p",)), id="one"),
        pytest.param(
            "Project_Logs(\"p\", 'q')", Source(kind="project_logs", references=("p", "q")), id="two"
        ),
        pytest.param("project_logs", Source(kind="project_logs"), id="all"),
        pytest.param(
            "experiment(60a80463-00ab-4000-8000-0123456789ab, 12)",
            Source(kind="experiment", references=("60a80463-00ab-4000-8000-0123456789ab", "12")),
            id="bare-ids",
        ),
        pytest.param(
            "experiment('e') traces", Source(kind="experiment", references=("e",), shape="traces"), id="shape"
        ),
        pytest.param(
            "experiment('e', shape => 'summary')",
            Source(kind="experiment", references=("e",), shape="summary"),
            id="named-shape",
        ),
    ],
)
def test_a_source(text: str, source: Source) -> None:
    assert parts(text).source() == source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("5", "a source such as", id="number"),
        pytest.param("project_logs(p)", "an id or a name in quotes", id="unquoted"),
        pytest.param("project_logs('p' 'q')", 'expected ","', id="comma"),
        pytest.param("project_logs('p', shape => 'tree')", 'unknown shape "tree"', id="shape"),
    ],
)
def test_what_is_no_source_is_refused(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parts(text).source()


def test_a_count_is_a_whole_number() -> None:
    assert parts("10").whole_number() == 10
    with pytest.raises(QueryError, match="a whole number"):
        parts("1.5").whole_number()


def test_a_string_stands_in_quotes() -> None:
    assert parts('"abc"').text() == "abc"
    with pytest.raises(QueryError, match="a string in quotes"):
        parts("abc").text()


def test_a_shape_is_known_in_any_case() -> None:
    assert shape_of(tokenize("Traces")[0]) == "traces"
