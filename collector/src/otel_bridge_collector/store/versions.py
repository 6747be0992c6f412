"""Statements over the rows made to read past states of them, or other rows, instead. It runs nothing.

A statement of the query planner names the table of rows and holds no user's text, so its table can be exchanged in the text.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from otel_bridge_collector.store.columns import COLUMNS, HISTORY_TABLE, ROWS_TABLE
from otel_bridge_collector.store.interface import Statement

_NAMES: Final = ", ".join(COLUMNS)
_ACTION: Final = _NAMES.replace(
    "audit_data", "json_extract(audit_data, '$[#-1].audit_data')::VARCHAR AS audit_data"
)
# ruff: noqa: S608 - our own names
_THEN: Final = (
    f"(SELECT {_NAMES} FROM {ROWS_TABLE} WHERE xact_id <= $version UNION ALL SELECT {_NAMES} FROM {HISTORY_TABLE}"
    " WHERE xact_id <= $version AND until_xact_id > $version)"
)
_EVER: Final = (
    f"(SELECT {_ACTION} FROM {ROWS_TABLE} WHERE xact_id <= $version"
    f" UNION ALL SELECT {_ACTION} FROM {HISTORY_TABLE} WHERE xact_id <= $version)"
)
_NEWEST: Final = (1 << 64) - 1
_GIVEN: Final = ", ".join(f"unnest($given_{name}::{kind}[]) AS {name}" for name, kind in COLUMNS.items())


def at_version(statement: Statement, version: int) -> Statement:
    """Return a statement over the rows as they were after transaction `version`."""
    return _over(_THEN, statement, version=version)


def of_all_versions(statement: Statement, version: int | None) -> Statement:
    """Return a statement over every state of every row up to transaction `version`, its `audit_data` the action alone.

    A deletion is a state too.
    """
    return _over(_EVER, statement, version=_NEWEST if version is None else version)


def over_rows(statement: Statement, rows: Sequence[Sequence[object]]) -> Statement:
    """Return a statement over rows that stand in no table, each as `columns.to_columns` returns it."""
    given = {f"given_{name}": [row[index] for row in rows] for index, name in enumerate(COLUMNS)}
    return _over(f"(SELECT {_GIVEN})", statement, **given)


def _over(relation: str, statement: Statement, **parameters: object) -> Statement:
    sql = statement.sql.replace(ROWS_TABLE, "rows_then")
    rest = f", {sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f" {sql}"
    return replace(
        statement,
        sql=f"WITH rows_then AS {relation}{rest}",
        parameters={**statement.parameters, **parameters},
    )
