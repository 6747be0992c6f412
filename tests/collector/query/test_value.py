"""SQL values: constants are bound, and one kind is read as another."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.value import (
    MAX_SQL,
    Bindings,
    Kind,
    Value,
    as_json,
    as_number,
    as_string,
    as_text,
    as_timestamp,
    as_truth,
    constant,
    is_wide,
    json,
    number,
    step,
    string,
    timestamp,
)
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import Asking


def evaluated(example: Asking, sql: str, bindings: Bindings | None = None) -> object:
    parameters = bindings.used_in(sql) if bindings else {}
    ((found,),) = example.store.select(Statement(sql=f"SELECT {sql}", parameters=parameters), timeout_s=10)
    return found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param(None, Kind.NULL, id="null"),
        pytest.param(True, Kind.BOOLEAN, id="boolean"),
        pytest.param(5, Kind.NUMBER, id="integer"),
        pytest.param(2**64, Kind.NUMBER, id="wide"),
        pytest.param(0.5, Kind.NUMBER, id="float"),
        pytest.param("it's", Kind.STRING, id="string"),
        pytest.param([1, "a"], Kind.JSON, id="array"),
    ],
)
def test_a_constant_comes_back_as_it_was(example: Asking, value: Json, kind: Kind) -> None:
    bindings = Bindings()
    bound = constant(value, bindings)

    found = evaluated(example, bound.sql, bindings)

    assert bound.kind is kind
    assert found == ('[1,"a"]' if kind is Kind.JSON else value)


def test_no_constant_stands_in_the_sql() -> None:
    assert "secret" not in constant("secret", Bindings()).sql


def test_only_the_parameters_in_a_statement_are_given() -> None:
    bindings = Bindings()
    names = [bindings.add(number) for number in range(12)]

    assert bindings.used_in(f"SELECT {names[11]}, {names[0]}") == {"p12": 11, "p1": 0}


def test_whole_numbers_that_share_a_double_are_wide() -> None:
    assert [is_wide(2**53 - 1), is_wide(2**53), is_wide(1e300)] == [False, True, False]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(("a", 0, "b.c"), "5", id="keys-and-positions"),
        pytest.param(("a", -1, "b.c"), "5", id="from-the-end"),
        pytest.param(("a", "0"), None, id="key-into-a-list"),
        pytest.param(("", "*", 'q"\\'), "true", id="keys-that-no-path-can-hold"),
        pytest.param(("n",), None, id="null"),
        pytest.param(("s", "x"), None, id="through-a-string"),
    ],
)
def test_a_step_into_json(example: Asking, path: tuple[str | int, ...], expected: str | None) -> None:
    bindings = Bindings()
    document = constant({"a": [{"b.c": 5}], "": {"*": {'q"\\': True}}, "n": None, "s": "x"}, bindings)

    assert evaluated(example, step(document, path, bindings).sql, bindings) == expected


def test_a_step_into_anything_else_is_null(example: Asking) -> None:
    assert evaluated(example, step(string("'x'"), ("a",), Bindings()).sql) is None


@pytest.mark.parametrize(
    ("text", "as_kinds"),
    [
        pytest.param("'\"x\"'", (None, "x", "x", True), id="string"),
        pytest.param("'\"\"'", (None, "", "", False), id="empty-string"),
        pytest.param("'12'", (12.0, None, "12", True), id="number"),
        pytest.param("'\"12\"'", (None, "12", "12", True), id="number-in-a-string"),
        pytest.param("'0'", (0.0, None, "0", False), id="zero"),
        pytest.param("'false'", (None, None, "false", False), id="false"),
        pytest.param("'[1]'", (None, None, "[1]", True), id="array"),
        pytest.param("NULL::VARCHAR", (None, None, None, None), id="null"),
    ],
)
def test_json_is_read_as_what_it_is(example: Asking, text: str, as_kinds: tuple[object, ...]) -> None:
    value = json(text)

    found = tuple(evaluated(example, read(value)) for read in (as_number, as_string, as_text, as_truth))

    assert found == as_kinds


@pytest.mark.parametrize(
    ("value", "as_kinds"),
    [
        pytest.param(number("5"), (5, None, "5", True, "5"), id="number"),
        pytest.param(string("'x'"), (None, "x", "x", True, '"x"'), id="string"),
        pytest.param(Value(sql="true", kind=Kind.BOOLEAN), (None, None, "true", True, "true"), id="boolean"),
        pytest.param(
            timestamp("TIMESTAMP '2026-01-02 03:04:05.678'"),
            (None, None, "2026-01-02T03:04:05.678Z", True, '"2026-01-02T03:04:05.678Z"'),
            id="timestamp",
        ),
        pytest.param(Value(sql="NULL", kind=Kind.NULL), (None, None, None, None, None), id="null"),
    ],
)
def test_other_kinds_are_read_as_what_they_are(
    example: Asking, value: Value, as_kinds: tuple[object, ...]
) -> None:
    readers = (as_number, as_string, as_text, as_truth, as_json)

    assert tuple(evaluated(example, read(value)) for read in readers) == as_kinds


def test_a_time_in_a_string_keeps_its_zone(example: Asking) -> None:
    found = evaluated(
        example, f"({as_timestamp(string(chr(39) + '2026-01-01T01:00:00+02:00' + chr(39)))})::VARCHAR"
    )

    assert found == "2025-12-31 23:00:00"


def test_sql_has_a_longest_length() -> None:
    with pytest.raises(QueryError, match="too complex"):
        number("1" * (MAX_SQL + 1))
