"""Running queries for requests."""

import asyncio
from collections.abc import Sequence

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.api.reading import MAX_RUNNING, MAX_WAITING, Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import Asking, row, writes


class SlowStore:
    """A store in which every statement runs too long."""

    def apply(self, writes: Sequence[RowWrite], *, next_seq: int) -> None:
        raise NotImplementedError

    def next_seq(self) -> int:
        return 0

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        raise TimeoutError(f"{statement.sql} ran longer than {timeout_s} s")

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        del max_bytes
        return self.select(statement, timeout_s=timeout_s), False

    def newest_xact_id(self) -> int:
        return 0

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        raise TimeoutError(f"{text} was not found in {column} within {timeout_s} s")

    def close(self) -> None:
        """Nothing is open."""


def late_row(example: Asking) -> Row:
    return row("late", project_id=example.project_id, index=9)


def test_a_read_sees_what_was_acknowledged_before_it(example: Asking) -> None:
    async def caught_up() -> bool:
        example.store.apply(writes([late_row(example)]), next_seq=2)
        return True

    read = asyncio.run(Reader(example.store, example.objects, caught_up).read(parse("select: id | limit: 1")))

    assert read.answer.data == [{"id": "late"}]


def test_a_read_says_up_to_where_it_saw(example: Asking) -> None:
    async def caught_up() -> bool:
        return True

    read = asyncio.run(Reader(example.store, example.objects, caught_up).read(parse("filter: false")))

    assert read.newest_xact_id == "1000197156530614077"


def test_a_read_that_waited_in_vain_says_so(example: Asking) -> None:
    async def caught_up() -> bool:
        return False

    read = asyncio.run(Reader(example.store, example.objects, caught_up).read(parse("limit: 1")))

    assert read.is_complete is False


def test_too_many_queries_are_refused_and_none_is_lost(example: Asking) -> None:
    async def run() -> list[object]:
        release = asyncio.Event()

        async def caught_up() -> bool:
            return await release.wait()

        reader = Reader(example.store, example.objects, caught_up)
        tasks = [
            asyncio.create_task(reader.read(parse("select: id | limit: 1")))
            for _ in range(MAX_RUNNING + MAX_WAITING)
        ]
        await asyncio.sleep(0)
        with pytest.raises(QueryError) as caught:
            await reader.read(parse("limit: 1"))
        release.set()
        return [caught.value.code, *(read.answer.data for read in await asyncio.gather(*tasks))]

    code, *answers = asyncio.run(run())

    assert code == "overloaded"
    assert answers == [[{"id": "e"}]] * (MAX_RUNNING + MAX_WAITING)


def test_a_query_that_runs_too_long_suggests_a_range(example: Asking) -> None:
    async def caught_up() -> bool:
        return True

    reader = Reader(SlowStore(), example.objects, caught_up)

    with pytest.raises(QueryError) as caught:
        asyncio.run(reader.read(parse("limit: 1")))

    assert caught.value.code == "queryTimeout"
