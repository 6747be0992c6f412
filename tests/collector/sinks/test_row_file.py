"""Files of rows on a real disk."""

import asyncio
import json
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.row_file import RowFileOptions, RowFileSink


def row(row_id: str, **fields: Any) -> Row:
    return cast("Row", {"id": row_id, "project_id": "p", "_xact_id": "7", **fields})


def options(folder: Path, **changed: Any) -> RowFileOptions:
    fields: dict[str, Any] = {"format": "jsonl", "max_bytes": 1 << 20, "max_age_s": 3600.0, **changed}
    return RowFileOptions(folder=folder / "rows", prefix="rows", **fields)


def write(made: RowFileOptions, *batches: Sequence[Row], clock: Sequence[float] = (1_795_000_000.0,)) -> None:
    """Write batches, each at its time."""
    now = list(clock)

    async def run() -> None:
        sink = RowFileSink(made, now_s=lambda: now[0])
        try:
            for number, batch in enumerate(batches, 1):
                await sink.send(Batch(writes=batch, next_seq=number))
                if len(now) > 1:
                    now.pop(0)
        finally:
            await sink.close()

    asyncio.run(run())


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_rows_are_lines_and_a_new_process_goes_on(tmp_path: Path) -> None:
    made = options(tmp_path)

    write(made, [row("a"), row("b")])
    write(made, [row("c")])

    assert ids(made.folder / "rows.jsonl.part") == ["a", "b", "c"]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_a_part_only_is_full_and_keeps_none_of_the_batch(tmp_path: Path) -> None:
    made = options(tmp_path)
    with files_of_at_most(5_000), pytest.raises(OSError, match="large"):
        write(made, [row("a")], [row("b", input="x" * 10_000)])

    assert ids(made.folder / "rows.jsonl.part") == ["a"]


def test_a_line_that_a_crash_cut_is_taken_away(tmp_path: Path) -> None:
    made = options(tmp_path)
    write(made, [row("a")])
    with (made.folder / "rows.jsonl.part").open("ab") as file:
        file.write(b'{"id":"b","inp')

    write(made, [row("b")])

    assert ids(made.folder / "rows.jsonl.part") == ["a", "b"]


@pytest.mark.parametrize(
    ("room", "closed"), [pytest.param(0, 1, id="just full"), pytest.param(1, 0, id="just not")]
)
def test_a_file_that_has_reached_its_size_is_closed(tmp_path: Path, room: int, closed: int) -> None:
    size = len(json.dumps(row("a"), separators=(",", ":"))) + 1
    made = options(tmp_path, max_bytes=size + room)

    write(made, [row("a")])

    assert len(list(made.folder.glob("rows-*.jsonl"))) == closed


@pytest.mark.parametrize(
    ("age_s", "closed"), [pytest.param(59.0, 0, id="just not old"), pytest.param(60.0, 1, id="just old")]
)
def test_a_file_that_is_old_is_closed(tmp_path: Path, age_s: float, closed: int) -> None:
    made = options(tmp_path, max_age_s=60.0)

    write(made, [row("a")], [row("b")], clock=(1000.0, 1000.0 + age_s, 1000.0 + age_s))

    assert len(list(made.folder.glob("rows-*.jsonl"))) == closed


def test_a_file_that_gets_nothing_more_is_closed_by_itself(tmp_path: Path) -> None:
    made = options(tmp_path, max_age_s=0.2)

    async def run() -> None:
        sink = RowFileSink(made)
        await sink.send(Batch(writes=[row("a")], next_seq=1))
        async with asyncio.timeout(20):
            while not list(made.folder.glob("rows-*.jsonl")):  # noqa: ASYNC110 - a file sets no event
                await asyncio.sleep(0.01)
        await sink.close()

    asyncio.run(run())

    assert not (made.folder / "rows.jsonl.part").exists()


def test_a_closed_file_is_never_written_again(tmp_path: Path) -> None:
    made = options(tmp_path, max_bytes=1)

    write(made, [row("a")], [row("b")])

    assert sorted(ids(path)[0] for path in made.folder.glob("rows-*.jsonl")) == ["a", "b"]


def test_parquet_has_the_columns_of_the_store(tmp_path: Path) -> None:
    made = options(tmp_path, format="parquet", max_bytes=1)

    write(made, [row("a", input={"q": 1}, metrics={"tokens": 3}), row("b", _is_merge=True)])

    (closed,) = made.folder.glob("rows-*.parquet")
    found = duckdb.read_parquet(str(closed)).project("id, object_type, input, tokens, is_merge").fetchall()
    assert found == [("a", "project_logs", '{"q":1}', 3.0, False), ("b", "project_logs", None, None, True)]
    assert list(made.folder.glob("*.part")) == []


def test_a_batch_without_rows_makes_no_file(tmp_path: Path) -> None:
    write(options(tmp_path), [])

    assert not (tmp_path / "rows").exists()
