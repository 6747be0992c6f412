"""A store with the example rows of the query language's reference, and a way to ask it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from otel_bridge.contract.parent import parse_parent
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.query.answer import Answer, to_answer
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.plan import Plan, plan
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.xact import pagination_key
from otel_bridge_collector.translate.cost import estimated_cost

XACT: Final = 1_000_197_156_530_614_077
NOW: Final = datetime(2026, 1, 10, 12)  # noqa: DTZ001 - the store's times are UTC without a zone

EXAMPLES: Final[Sequence[Mapping[str, Json]]] = (
    {
        "id": "a",
        "created": "2026-01-05T09:00:00Z",
        "root_span_id": "t1",
        "input": "How do I reset?",
        "metadata": {"user_id": "1234", "model": "gpt-4"},
        "metrics": {"tokens": 100},
        "scores": {"Factuality": 0.9},
        "tags": ["triage"],
        "span_attributes": {"name": "answer", "type": "task"},
    },
    {
        "id": "b",
        "created": "2026-01-05T09:00:01Z",
        "root_span_id": "t1",
        "span_parents": ["a"],
        "input": "reset",
        "metadata": {"model": "gpt-4"},
        "metrics": {"tokens": 80},
        "span_attributes": {"type": "llm"},
    },
    {
        "id": "c",
        "created": "2026-01-09T08:00:00Z",
        "root_span_id": "t2",
        "input": {"text": "50% off"},
        "metadata": {"user_id": 1234, "model": "claude"},
        "metrics": {"tokens": 300},
        "scores": {"Factuality": 0.5, "Tone": 1},
        "tags": ["done", "triage"],
        "span_attributes": {"type": "task"},
    },
    {
        "id": "d",
        "created": "2026-01-09T08:00:02Z",
        "root_span_id": "t2",
        "span_parents": ["c"],
        "error": "timeout: upstream",
        "metadata": {"model": "claude"},
        "metrics": {"tokens": 250},
        "span_attributes": {"type": "llm"},
    },
    {
        "id": "e",
        "created": "2026-01-10T11:30:00Z",
        "root_span_id": "t3",
        "input": "How many apples?",
        "metrics": {"tokens": 20},
        "scores": {"Factuality": 0},
        "tags": [],
        "span_attributes": {"type": "task"},
    },
)
"""Data L of spec/btql.md section 10: three traces of one project."""


def row(row_id: str, *, index: int = 0, xact: int = XACT, **fields: Any) -> Row:
    """A row of project `p` as delivery gives it to a sink."""
    given = {
        "id": row_id,
        "span_id": row_id,
        "root_span_id": "t",
        "project_id": "p",
        "org_id": "o",
        "log_id": "g",
        "_xact_id": str(xact),
        "_pagination_key": pagination_key(xact, index),
        **fields,
    }
    return cast("Row", given)


def writes(rows: Sequence[Row]) -> list[RowWrite]:
    """Rows that stand for themselves."""
    return [RowWrite(row=each) for each in rows]


class Asking:
    """A store with rows in the project called "p", and queries to it at `NOW`."""

    def __init__(self, folder: Path, rows: Sequence[Mapping[str, Any]] = EXAMPLES) -> None:
        self.folder = folder
        self.objects = Objects(folder / "objects.sqlite")
        self.store = DuckDBStore(
            folder / "rows.duckdb", price=estimated_cost, means_ratings=self.objects.means_ratings
        )
        ids = self.objects.resolve(parse_parent("project_name:p"))
        self.project_id = ids["project_id"]
        given = [row(**{**_row_id(each), **ids, "index": index}) for index, each in enumerate(rows)]
        self.store.apply(writes(given), next_seq=1)

    def add(self, place: Mapping[str, Any], *rows: Mapping[str, Any]) -> None:
        """Write rows that belong to another object: `place` is its id."""
        nowhere = {"project_id": None, "log_id": None}
        given = [
            row(**{**_row_id(each), **nowhere, **place, "index": index}) for index, each in enumerate(rows)
        ]
        self.store.apply(writes(given), next_seq=self.store.next_seq() + 1)

    def plan(self, query: Json) -> Plan:
        """The plan of a query."""
        return plan(parse(query), ObjectCatalog(self.objects))

    def answer(self, query: Json, *, tz_offset_min: int = 0) -> Answer:
        """The answer to a query."""
        planned = self.plan(query)
        lowered = to_sql(planned, Clock(now=NOW, tz_offset_min=tz_offset_min))
        return to_answer(self.store.select(lowered.statement, timeout_s=30), lowered, planned)

    def rows(self, query: Json, *, tz_offset_min: int = 0) -> list[Mapping[str, Json]]:
        """The rows that a query gives."""
        return list(self.answer(query, tz_offset_min=tz_offset_min).data)

    def ids(self, condition: str) -> str:
        """The ids of the rows that pass a filter, newest first, in one word."""
        return "".join(str(each["id"]) for each in self.rows(f"select: id | filter: {condition}"))

    def value(self, expression: str, row_id: str = "a") -> Json:
        """What an expression gives on one row."""
        (found,) = self.rows(f"select: ({expression}) as value | filter: id = '{row_id}'")
        return found["value"]

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()
        self.objects.close()


def _row_id(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"row_id" if name == "id" else name: value for name, value in fields.items()}


def replace_rows(store: DuckDBStore) -> None:
    """Write 100 rows that take 200 places: half of them of rows that were replaced, in three row groups."""
    for number, replaced in enumerate((range(100), range(0, 100, 2), range(50))):
        store._connection.execute("CHECKPOINT store")  # as one that comes by itself
        rows = [row(f"r{each}", output=number) for each in replaced]
        store.apply(writes(rows), next_seq=store.next_seq() + 1)
