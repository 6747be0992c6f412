"""Values through Arrow into the engine and back."""

from contextlib import closing
from datetime import datetime

import duckdb
import pytest

from otel_bridge_collector.store.arrow_table import arrow_table

COLUMNS = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "key": "UBIGINT",
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "at": "TIMESTAMP",
    "nothing": "VARCHAR",
}
ROWS: list[list[object]] = [
    ["naïve 日本\x00", 0.1, (1 << 64) - 1, -1, True, datetime(1, 1, 1), None],  # noqa: DTZ001 - as the column has it
    ["", float("inf"), 0, (1 << 63) - 1, False, datetime(9999, 12, 31, 23, 59, 59, 999_999), None],  # noqa: DTZ001
    [None, 5, None, None, None, None, None],
]
VALUES = dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))


def test_every_type_comes_back_in_order() -> None:
    names, array = arrow_table(COLUMNS, VALUES)

    with closing(duckdb.connect()) as connection:
        connection.register("given", array)
        result = connection.execute("SELECT * FROM given")
        assert [column[0] for column in result.description or ()] == list(names)
        types = [str(column[1]) for column in result.description or ()]

        assert result.fetchall() == [tuple(row[:-1]) for row in ROWS]
    assert types == list(COLUMNS.values())[:-1]


def test_a_column_without_values_is_left_out() -> None:
    assert "nothing" not in arrow_table(COLUMNS, VALUES)[0]


def test_bytes_of_a_text_are_the_text() -> None:
    texts = ["naïve 日本\x00", None, ""]
    encoded = [None if text is None else text.encode() for text in texts]

    _, array = arrow_table({"text": "VARCHAR"}, {"text": encoded}, encoded={"text"})

    with closing(duckdb.connect()) as connection:
        connection.register("given", array)
        assert connection.execute("SELECT text, typeof(text) FROM given").fetchall() == [
            (text, "VARCHAR") for text in texts
        ]


def test_a_column_may_have_any_number_of_nulls() -> None:
    flags = [number if number % 3 else None for number in range(21)]
    names, array = arrow_table({"n": "BIGINT", "d": "DOUBLE"}, {"n": flags, "d": flags})

    with closing(duckdb.connect()) as connection:
        connection.register("given", array)
        found = connection.execute("SELECT * FROM given").fetchall()
    assert (names, found) == (["n", "d"], [(flag, flag) for flag in flags])


@pytest.mark.parametrize("value", [1 << 64, -1, "1"])
def test_a_value_that_its_column_cannot_hold_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match="no UBIGINT"):
        arrow_table({"key": "UBIGINT"}, {"key": [value]})
