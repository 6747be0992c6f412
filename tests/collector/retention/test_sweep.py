"""Passes of retention over a store, with a writer of its own."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.config.retention import Retention as Config
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.metrics.catalog import RETENTION
from otel_bridge_collector.retention.policy import Policies
from otel_bridge_collector.retention.sweep import Reach, Retention
from otel_bridge_collector.sinks.store import StoreSink
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.expiry import Horizon
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.telemetry import Counters
from tests.support.rows import replace_rows, row, writes

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


class Letters:
    """Dead letters of which one is too old."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def expire(self, before_ns: int) -> int:
        self.asked.append(before_ns)
        return 1


class Attached:
    """Attachments of which one goes."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def remove(self, *, older_than_s: float) -> tuple[int, int]:
        self.asked.append(older_than_s)
        return 1, 5


class World:
    """A store with its writer, and what else a pass works on."""

    def __init__(self, folder: Path) -> None:
        self.store = DuckDBStore(folder / "rows.duckdb")
        self.sink = StoreSink(self.store)
        self.letters = Letters()
        self.attached = Attached()
        self.counters = Counters()
        self.is_caught_up = True
        self.reach = Reach(
            rows=self.store,
            on_writer=self.sink.on_writer,
            policies=lambda config: Policies(config, [], []),
            attachments=self.attached,
            dead_letters=lambda: [self.letters],
            caught_up=lambda: self.is_caught_up,
        )

    def keep(self, *rows: Row) -> None:
        self.store.apply(writes(rows), next_seq=self.store.next_seq() + 1)

    def retention(self, **said: Any) -> Retention:
        return Retention(
            Config.model_validate(said), self.reach, self.counters, now=lambda: NOW, most_units=2
        )

    def ids(self) -> list[str]:
        found = self.store.select(Statement(sql="SELECT id FROM store.rows ORDER BY id"), timeout_s=30)
        return [str(each) for (each,) in found]

    def close(self) -> None:
        self.sink.close()
        self.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def days_ago(days: float, row_id: str, **fields: Any) -> Row:
    created = (NOW - timedelta(days=days)).isoformat()
    return row(row_id, root_span_id=row_id, created=created, **fields)


def test_a_pass_removes_what_is_too_old_and_says_so(world: World) -> None:
    world.keep(*(days_ago(days, f"r{days}") for days in range(8)))

    report = asyncio.run(world.retention(logs={"max_age": "3d"}).run())

    assert world.ids() == ["r0", "r1", "r2", "r3"]
    (removal,) = report.removals
    assert (removal.project_id, removal.units, removal.rows) == ("p", 4, 4)
    assert removal.newest == "2026-01-06T12:00:00.000Z"
    assert world.counters.values(RETENTION)[("rows",)] == 4


def test_each_project_has_its_own_limit(world: World) -> None:
    world.keep(*(days_ago(5, name, project_id=name) for name in ("short", "long", "other")))

    asyncio.run(
        world.retention(
            logs={"max_age": "4d"}, projects={"long": {"logs": {"max_age": "9d"}}, "short": {}}
        ).run()
    )

    assert world.ids() == ["long", "short"]


def test_experiments_and_datasets_stay_unless_they_are_limited_themselves(world: World) -> None:
    world.keep(days_ago(9, "e", experiment_id="x"), days_ago(9, "d", dataset_id="y"), days_ago(9, "l"))

    asyncio.run(world.retention(logs={"max_age": "1d"}, experiments={"max_age": "8d"}).run())

    assert world.ids() == ["d"]


def test_a_plan_tells_what_a_pass_would_remove_and_removes_nothing(world: World) -> None:
    world.keep(*(days_ago(days, f"r{days}") for days in range(8)))
    retention = world.retention(logs={"max_age": "3d"})

    planned = asyncio.run(retention.plan())
    there = world.ids()
    done = asyncio.run(retention.run())

    assert (planned.kind, planned.removals, len(there)) == ("plan", done.removals, 8)


def test_without_limits_nothing_goes_and_no_attachment_is_looked_at(world: World) -> None:
    world.keep(days_ago(10_000, "a"))

    report = asyncio.run(world.retention().run())

    assert (world.ids(), report.rows, world.attached.asked) == (["a"], 0, [])


def test_dead_letters_go_by_the_time_of_their_request(world: World) -> None:
    report = asyncio.run(world.retention(dead_letters="1d").run())

    assert world.letters.asked == [int((NOW.timestamp() - 86_400) * 1e9)]
    assert report.dead_letters == 1


@pytest.mark.parametrize(
    ("is_caught_up", "asked"),
    [
        pytest.param(True, [7200.0], id="all is delivered"),
        pytest.param(False, [], id="rows are on their way"),
    ],
)
def test_attachments_go_only_while_no_row_is_on_its_way(
    world: World, asked: list[float], *, is_caught_up: bool
) -> None:
    world.is_caught_up = is_caught_up

    asyncio.run(world.retention(logs={"max_age": "1d"}, attachments="2h").run())

    assert world.attached.asked == asked


def test_a_pass_that_fails_says_so_and_the_next_one_goes_on(world: World) -> None:
    world.keep(days_ago(9, "a"))
    change = world.store.change
    failing = True

    def change_or_fail(step: Callable[[duckdb.DuckDBPyConnection, Horizon], Any]) -> Any:
        if failing:
            raise RetryableError("the disk is full")
        return change(step)

    retention = world.retention(logs={"max_age": "1d"})
    retention._reach = replace(world.reach, rows=_Store(world.store, change_or_fail))

    first = asyncio.run(retention.run())
    failing = False
    second = asyncio.run(retention.run())

    assert (first.error, first.rows) == ("RetryableError: the disk is full", 0)
    assert (second.error, second.rows, world.ids()) == ("", 1, [])


class _Store:
    """A store that changes in a way of its own."""

    def __init__(self, store: DuckDBStore, change: Callable[..., Any]) -> None:
        self.select = store.select
        self.change = change
        self.checkpoint = store.checkpoint
        self.is_sparse = store.is_sparse
        self.file_bytes = store.file_bytes


def test_delivery_gets_the_thread_between_two_steps(world: World) -> None:
    world.keep(*(days_ago(9, f"r{number}") for number in range(6)))

    async def run() -> list[str]:
        order: list[str] = []
        retention = world.retention(logs={"max_age": "1d"})
        step = retention._reach.on_writer

        async def noted(work: Callable[[], object]) -> object:
            order.append("step")
            return await step(work)

        retention._reach = replace(world.reach, on_writer=noted)
        running = asyncio.create_task(retention.run())
        while not running.done():
            await world.sink.on_writer(lambda: order.append("batch"))
            await asyncio.sleep(0)
        return order

    order = asyncio.run(run())

    steps = [index for index, each in enumerate(order) if each == "step"]
    assert len(steps) >= 3
    assert all("batch" in order[before:after] for before, after in pairwise(steps))


@pytest.mark.slow
def test_the_room_of_what_was_removed_is_used_again(world: World) -> None:
    noise = Random(7)  # noqa: S311 - it is to be incompressible, not secret

    def keep(first: int) -> None:
        world.keep(
            *(
                days_ago(9, f"r{number}", input=noise.randbytes(10_000).hex())
                for number in range(first, first + 200)
            )
        )
        world.store.checkpoint()

    retention = world.retention(logs={"max_age": "1d"})
    sizes: list[int] = []
    for first in range(0, 1_000, 200):
        keep(first)
        asyncio.run(retention.run())
        sizes.append(world.store.file_bytes())

    assert max(sizes) < 1.5 * sizes[0]


def test_a_pass_gives_back_the_room_of_rows_that_were_replaced(world: World) -> None:
    replace_rows(world.store)

    asyncio.run(world.retention().run())

    assert not world.store.is_sparse()


def test_passes_come_by_themselves(world: World) -> None:
    world.keep(days_ago(9, "a"))

    async def wait() -> None:
        retention = world.retention(logs={"max_age": "1d"}, interval="10ms")
        passes = asyncio.create_task(retention.run_regularly())
        async with asyncio.timeout(20):
            while retention.last is None:  # noqa: ASYNC110 - a pass sets no event
                await asyncio.sleep(0.01)
        passes.cancel()

    asyncio.run(wait())

    assert world.ids() == []
