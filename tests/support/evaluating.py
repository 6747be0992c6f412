"""An evaluation in the test process, with its rows at a sidecar."""

from collections import Counter
from typing import Any

import otel_bridge

Row = dict[str, Any]


def rows_of(project: str, outcome: "otel_bridge.EvalResultWithSummary[Any, Any, Any]") -> list[Row]:
    """The rows of an evaluation's experiment, in the order in which their spans began."""
    return rows_in(project, outcome.summary.experiment_name)


def rows_in(project: str, experiment: str) -> list[Row]:
    """The rows of an experiment by its name, likewise."""
    otel_bridge.flush()
    opened = otel_bridge.init(project, experiment, open=True)
    rows = list(opened.fetch())
    return sorted(rows, key=lambda row: row["span_attributes"]["exec_counter"])


def named(rows: list[Row], name: str) -> Row:
    """The one row of that name."""
    (found,) = [row for row in rows if row["span_attributes"]["name"] == name]
    return found


def names(rows: list[Row]) -> Counter[str]:
    """How many rows there are of each name."""
    return Counter(row["span_attributes"]["name"] for row in rows)


def said(row: Row) -> Row:
    """What a row says, without ids, times and places."""
    fields = (
        "input",
        "output",
        "expected",
        "scores",
        "metadata",
        "tags",
        "error",
        "classifications",
        "origin",
    )
    kept = {name: row[name] for name in fields if row.get(name) not in (None, {})}
    attributes = {key: value for key, value in row["span_attributes"].items() if key != "exec_counter"}
    return {**kept, **attributes}
