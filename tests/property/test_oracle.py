"""Generated queries give what the language's description, written down once more in Python, says.

A bounded number runs each time, always the same; `make oracle` runs 10,000.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import oracle
from tests.support.oracle import AND, COMPARISON, NOT, OR, PRIMARY, PRODUCT, SIGN, SUM, TERNARY, Node
from tests.support.rows import Asking

pytestmark = pytest.mark.one_python

ROWS: Final = oracle.rows_of(48)
EXAMPLES: Final = max(300, settings().max_examples)

PATHS: Final = (
    oracle.path("id", "id"),
    oracle.path("input", "input"),
    oracle.path("input.k", "input", "k"),
    oracle.path("error", "error"),
    oracle.path("error.type", "error", "type"),
    oracle.path("metadata.any", "metadata", "any"),
    oracle.path("metadata.any[0]", "metadata", "any", 0),
    oracle.path("metadata['any'].k", "metadata", "any", "k"),
    oracle.path("metadata.model", "metadata", "model"),
    oracle.path("metadata.n", "metadata", "n"),
    oracle.path('metadata."s"', "metadata", "s"),
    oracle.path("metadata.o.k", "metadata", "o", "k"),
    oracle.path("metadata.nosuch.deep", "metadata", "nosuch", "deep"),
    oracle.path("metrics.tokens", "metrics", "tokens"),
    oracle.path("scores.F", "scores", "F"),
    oracle.path("scores.G", "scores", "G"),
    oracle.path("tags", "tags"),
    oracle.path("tags[0]", "tags", 0),
    oracle.path("tags[-1]", "tags", -1),
    Node("is_root", PRIMARY, lambda row: not row["span_parents"]),
)
CONSTANTS: Final = [oracle.literal(value) for value in oracle.CANNED]
PATTERNS: Final = ("a%", "%b", "_", "a_b", "%", "foo", "FOO%", "%o%", "", "1%")
WORDS: Final = ("foo", "a", "foo bar", "x", "timeout", "b a")

paths = st.sampled_from(PATHS)
constants = st.sampled_from(CONSTANTS)


def _comparison(symbol: str, left: Node, right: Node) -> Node:
    text = f"{left.within(SUM)} {symbol} {right.within(SUM)}"
    return Node(text, COMPARISON, lambda row: oracle.compared(symbol, left.value(row), right.value(row)))


def _arithmetic(symbol: str, left: Node, right: Node) -> Node:
    strength = SUM if symbol in "+-" else PRODUCT
    text = f"{left.within(strength)} {symbol} {right.within(strength + 1)}"
    return Node(text, strength, lambda row: oracle.arithmetic(symbol, left.value(row), right.value(row)))


def _negative(of: Node) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        return -of.value(row) if oracle.is_number(of.value(row)) else None

    return Node(f"- {of.within(SIGN)}", SIGN, value)


def _logical(word: str, left: Node, right: Node) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        a, b = oracle.truth(left.value(row)), oracle.truth(right.value(row))
        if word == "AND":
            return oracle.conjunction(a, b)
        return oracle.negated(oracle.conjunction(oracle.negated(a), oracle.negated(b)))

    strength = AND if word == "AND" else OR
    return Node(f"{left.within(strength)} {word} {right.within(strength)}", strength, value)


def _not(of: Node) -> Node:
    return Node(f"NOT {of.within(NOT)}", NOT, lambda row: oracle.negated(oracle.truth(of.value(row))))


def _null_test(of: Node, form: str, *, is_null: bool) -> Node:
    return Node(form.format(of.within(SUM)), COMPARISON, lambda row: (of.value(row) is None) is is_null)


def _in(of: Node, values: Sequence[Node], *, negative: bool) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        found = oracle.among(of.value(row), [each.value(row) for each in values])
        return oracle.negated(found) if negative else found

    word = "NOT IN" if negative else "IN"
    return Node(f"{of.within(SUM)} {word} ({', '.join(each.text for each in values)})", COMPARISON, value)


def _like(of: Node, pattern: str, *, ignore_case: bool) -> Node:
    word = "ILIKE" if ignore_case else "LIKE"
    text = f"{of.within(SUM)} {word} '{pattern}'"
    return Node(text, COMPARISON, lambda row: oracle.like(of.value(row), pattern, ignore_case=ignore_case))


def _match(of: Node, words: str) -> Node:
    return Node(
        f"{of.within(SUM)} MATCH '{words}'", COMPARISON, lambda row: oracle.matches(of.value(row), words)
    )


def _includes(of: Node, wanted: Node) -> Node:
    text = f"{of.within(SUM)} INCLUDES {wanted.text}"
    return Node(text, COMPARISON, lambda row: oracle.includes(of.value(row), wanted.value(row)))


def _ternary(condition: Node, then: Node, otherwise: Node) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        return (then if oracle.truth(condition.value(row)) else otherwise).value(row)

    return Node(f"{condition.within(OR)} ? {then.within(OR)} : {otherwise.within(TERNARY)}", TERNARY, value)


def _between(of: Node, low: Node, high: Node) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        found = of.value(row)
        return oracle.conjunction(
            oracle.ordered(">=", found, low.value(row)), oracle.ordered("<=", found, high.value(row))
        )

    return Node(f"{of.within(SUM)} BETWEEN {low.within(SUM)} AND {high.within(SUM)}", COMPARISON, value)


def _created(symbol: str, day: int) -> Node:
    text = f"2026-01-{day:02}T06:00:00Z"
    moment = oracle.instant({"created": text})
    return Node(
        f"created {symbol} '{text}'",
        COMPARISON,
        lambda row: oracle.ordered(symbol, oracle.instant(row), moment),
    )


FUNCTIONS: Final[Mapping[str, Any]] = {
    "len": oracle.length,
    "round": oracle.rounded,
    "abs": lambda value: abs(value) if oracle.is_number(value) else None,
    "lower": oracle.lowered,
    "upper": oracle.uppered,
    "to_string": oracle.text_of,
}


def _call(name: str, of: Node) -> Node:
    return Node(f"{name}({of.text})", PRIMARY, lambda row: FUNCTIONS[name](of.value(row)))


def _coalesce(first: Node, second: Node) -> Node:
    def value(row: oracle.Row) -> oracle.Value:
        return second.value(row) if first.value(row) is None else first.value(row)

    return Node(f"coalesce({first.text}, {second.text})", PRIMARY, value)


numbers = st.recursive(
    st.sampled_from(
        [path for path in PATHS if path.text in ("metadata.n", "metadata.any", "metrics.tokens", "scores.F")]
    )
    | st.sampled_from([each for each in CONSTANTS if oracle.is_number(each.value({}))]),
    lambda inner: st.one_of(
        st.builds(_arithmetic, st.sampled_from(list("+-*/%")), inner, inner),
        st.builds(_negative, inner),
        st.builds(_call, st.sampled_from(["round", "abs"]), inner),
        st.builds(_call, st.just("len"), paths),
    ),
    max_leaves=4,
)
values = st.one_of(
    paths,
    constants,
    numbers,
    st.builds(_call, st.sampled_from(["lower", "upper", "to_string"]), paths),
    st.builds(_coalesce, paths, paths | constants),
)
tests = st.one_of(
    st.builds(
        _comparison,
        st.sampled_from(["=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>", "<!=>"]),
        values,
        values,
    ),
    st.builds(
        _null_test,
        values,
        st.sampled_from(["{} IS NULL", "{} = null", "{} ISNULL"]),
        is_null=st.just(value=True),
    ),
    st.builds(
        _null_test, values, st.sampled_from(["{} IS NOT NULL", "{} != null"]), is_null=st.just(value=False)
    ),
    st.builds(_in, paths, st.lists(constants, min_size=1, max_size=4), negative=st.booleans()),
    st.builds(_like, paths, st.sampled_from(PATTERNS), ignore_case=st.booleans()),
    st.builds(_match, paths, st.sampled_from(WORDS)),
    st.builds(_includes, paths, constants),
    st.builds(_between, values, values, values),
    st.builds(_created, st.sampled_from(["<", "<=", ">", ">="]), st.integers(1, 9)),
    paths,
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(_logical, st.sampled_from(["AND", "OR"]), inner, inner),
        st.builds(_not, inner),
        st.builds(_ternary, inner, inner, inner),
    ),
    max_leaves=6,
)
# Not a bare number, which is the position of a column.
sorts = st.lists(st.tuples(paths | st.builds(_call, st.just("abs"), numbers), st.booleans()), max_size=2)


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    opened = Asking(tmp_path_factory.mktemp("oracle"), ROWS)
    yield opened
    opened.close()


def _kept(condition: Node) -> list[dict[str, Any]]:
    return [row for row in reversed(ROWS) if oracle.truth(condition.value(row))]


def _sorted(rows: Sequence[dict[str, Any]], sort: Sequence[tuple[Node, bool]]) -> list[dict[str, Any]]:
    found = sorted(rows, key=lambda row: row["id"], reverse=not sort or sort[-1][1])
    for node, descending in reversed(sort):
        keys = {row["id"]: oracle.sort_key(node.value(row), descending=descending) for row in found}
        found = sorted(found, key=lambda row: keys[row["id"]])
    return found


@settings(max_examples=EXAMPLES, derandomize=True)
@given(
    condition=conditions,
    output=conditions | values,
    sort=sorts,
    limit=st.integers(1, 60),
    as_sql=st.booleans(),
)
def test_rows(
    asking: Asking, condition: Node, output: Node, sort: list[tuple[Node, bool]], limit: int, *, as_sql: bool
) -> None:
    keys = ", ".join(f"({node.text}) {'DESC' if descending else 'asc'}" for node, descending in sort)
    if as_sql:
        order = f" ORDER BY {keys}" if keys else ""
        query = f"SELECT id, ({output.text}) AS value FROM project_logs('p') WHERE {condition.text}{order} LIMIT {limit}"  # noqa: S608
    else:
        query = f"select: id, ({output.text}) as value | filter: {condition.text} | limit: {limit}"
        query += f" | sort: {keys}" if keys else ""

    found = asking.rows(query)

    expected = _sorted(_kept(condition), sort)[:limit]
    assert [row["id"] for row in found] == [row["id"] for row in expected], query
    for row, source in zip(found, expected, strict=True):
        assert row["value"] == pytest.approx(output.value(source)), query


@settings(max_examples=EXAMPLES, derandomize=True)
@given(
    conditions,
    st.lists(st.sampled_from([path for path in PATHS if path.text != "id"]), max_size=2),
    st.lists(
        st.tuples(st.sampled_from(["count", "count_distinct", "sum", "avg", "min", "max"]), paths),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 3),
)
def test_groups(
    asking: Asking, condition: Node, keys: list[Node], measures: list[tuple[str, Node]], least: int
) -> None:
    names = [f"m{index}" for index in range(len(measures))]
    texts = [f"{name}({node.text}) as {alias}" for (name, node), alias in zip(measures, names, strict=True)]
    query = (
        f"measures: count(1) as n, {', '.join(texts)} | filter: {condition.text} | final_filter: n >= {least}"
    )
    if keys:
        query += f" | dimensions: {', '.join(f'{node.text} as k{index}' for index, node in enumerate(keys))}"

    found = asking.rows(query)

    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {} if keys else {(): []}
    for row in _kept(condition):
        groups.setdefault(tuple(oracle.group_key(node.value(row)) for node in keys), []).append(row)
    expected = {key: rows for key, rows in groups.items() if len(rows) >= least}
    by_key = {tuple(oracle.group_key(row[f"k{index}"]) for index in range(len(keys))): row for row in found}
    assert by_key.keys() == expected.keys(), query
    shown = [[row[f"k{index}"] for index in range(len(keys))] for row in found]
    assert shown == sorted(
        shown, key=lambda row: [oracle.sort_key(value, descending=False) for value in row]
    ), query
    for key, rows in expected.items():
        assert by_key[key]["n"] == len(rows), query
        for alias, (name, node) in zip(names, measures, strict=True):
            wanted = oracle.aggregate(name, [node.value(row) for row in rows])
            assert by_key[key][alias] == pytest.approx(wanted), query
