"""What a table shows of a root without an input: that of the first call of a model in its trace."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.ui.first_calls import FirstCall, first_calls
from tests.support.api import caught_up_at_once
from tests.support.page import page_of
from tests.support.rows import Asking


def span(row_id: str, trace: str, second: int, **fields: Any) -> dict[str, Any]:
    kind, parents = fields.pop("type", None), fields.pop("span_parents", [trace])
    return {
        "id": row_id, "root_span_id": trace, "created": f"2026-01-09T08:00:{second:02}Z",
        "span_attributes": {"name": f"named {row_id}", "type": kind}, "span_parents": parents, **fields,
    }  # fmt: skip


ROWS = [
    span("web", "web", 0, span_parents=[]),
    span("later", "web", 3, type="llm", input="asked later"),
    span("tool", "web", 1, type="tool", input="of a tool"),
    span("empty", "web", 1, type="llm"),
    span("first", "web", 2, type="llm", input=[{"role": "user", "content": "asked first"}]),
    span("own", "own", 0, span_parents=[], input="of its own"),
    span("below", "own", 1, type="llm", input="below its own"),
    span("nothing", "nothing", 0, span_parents=[]),
    span("false", "false", 0, span_parents=[], input=False),
    span("late", "late", 0, span_parents=[]),
    {**span("hours later", "late", 0, type="llm", input="much later"), "created": "2026-01-09T09:00:01Z"},
    span("under", "false", 1, type="llm", input="below false"),
]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path, ROWS)
    yield asking
    asking.close()


def test_it_is_the_first_call_with_an_input_and_only_where_the_root_has_none(web: Asking) -> None:
    reader = Reader(web.store, web.objects, caught_up_at_once)
    roots = web.rows("select: id, root_span_id, created, input | filter: is_root")

    found = asyncio.run(first_calls(reader, "project_logs", web.project_id, roots))

    assert found == {"web": FirstCall(name="named first", input=[{"role": "user", "content": "asked first"}])}


def test_where_they_cannot_be_read_there_are_none(web: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(web.store, web.objects, caught_up_at_once)
    roots = web.rows("select: id, root_span_id, created, input | filter: is_root")
    asked: list[Statement] = []

    def interrupted(statement: Statement, **_: object) -> None:
        asked.append(statement)
        raise TimeoutError("the query ran longer than 30 s")

    monkeypatch.setattr(web.store, "select_within", interrupted)

    assert asyncio.run(first_calls(reader, "project_logs", web.project_id, roots)) == {}
    assert len(asked) == 1


def test_the_table_of_traces_shows_it_behind_the_name_of_the_call(web: Asking) -> None:
    shown = page_of(web).get("/app/o/p/p/logs").text

    assert '<span class="quiet"><bdi>named first</bdi>:</span>' in shown
    assert "asked first" in shown
    assert "asked later" not in shown
    assert "below its own" not in shown
    assert "below false" not in shown


@pytest.mark.parametrize("query", ["rows=spans&filter=id='web'", "columns=name,output"])
def test_tables_of_spans_and_without_inputs_do_not(web: Asking, query: str) -> None:
    assert "named first</bdi>:" not in page_of(web).get(f"/app/o/p/p/logs?{query}").text


def test_rows_and_queries_do_not_change(web: Asking) -> None:
    page_of(web).get("/app/o/p/p/logs")

    assert web.ids("is_root and input IS NULL") == "latenothingweb"
    assert web.rows("select: input | filter: id = 'web'") == [{"input": None}]


def test_a_root_of_the_last_year_that_there_is_shows_its_call(tmp_path: Path) -> None:
    end = {"created": "9999-12-31T23:59:59Z"}
    rows = [
        {**span("r", "r", 0, span_parents=[]), **end},
        {**span("c", "r", 0, type="llm", input="asked"), **end},
    ]
    asking = Asking(tmp_path, rows)

    assert "asked" in page_of(asking).get("/app/o/p/p/logs").text
    asking.close()
