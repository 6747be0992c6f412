"""A data folder with as many rows as wanted: some thousand come in through the sidecar, and the engine copies them.

The copies are what older traffic would have left: 30 days of it, each with ids, times, transactions and pagination keys of its own, oldest
first in the file. What a copy says is what its original says, but 20,000 rows lie between the two, more than a row group, so that
neither compresses the other.
"""
# ruff: noqa: S608 - our own names and numbers

import os
import shutil
import string
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import httpx
from benchmarks.progress import Progress, tell
from benchmarks.sidecar.load import SPANS, bodies
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from otel_bridge_collector.store.columns import COLUMNS, ROWS_TABLE
from otel_bridge_collector.store.duckdb_file import open_file
from tests.support.collector import Collector, running_command

PROJECTS: Final = ("bench-0", "bench-0", "bench-1", "bench-1", "bench-2")
"""The project of each fifth request: the first has two fifths of the rows."""

BASE_ROWS: Final = 20_000
NEEDLE: Final = "quokkaberry"
"""A word that stands in few texts."""

DAYS: Final = 30
_NEEDLE_EVERY: Final = 1_000
_SCORED_EVERY: Final = 12
_MODELS: Final = ("gpt-5", "gpt-5-mini", "claude-opus-5", "gemini-3-pro", "mistral-large")
_DAY_NS: Final = 86_400 * 10**9
_SPREAD_NS: Final = DAYS * _DAY_NS
_XACT_SECOND_BITS: Final = 16
_KEY_SECOND_BITS: Final = 32
_BYTES_PER_ROW: Final = 2_500
_MEMORY_MB: Final = 2048


@contextmanager
def grown(rows: int, keep: Path | None) -> Generator[Path]:
    """Yield a data folder with `rows` rows, a multiple of `BASE_ROWS`, to be used and written to; it is gone at the end.

    Args:
        rows: in the store.
        keep: a folder where it stays as it was made for the next time, so that a copy is used; None to make one for this time only.

    Raises:
        OSError: the disk has no room for it.
    """
    if keep is not None:
        grow(keep / f"rows-{rows}", rows)
    with tempfile.TemporaryDirectory(prefix="bench-rows-", dir=keep) as scratch:
        used = Path(scratch) / "used"
        if keep is None:
            grow(used, rows)
        else:
            tell(f"copying the store of {rows:,} rows")
            shutil.copytree(keep / f"rows-{rows}", used)
        # What has just been written waits in memory for the disk, and the first checkpoint of who opens it would wait for all of it: a second for 1 GB.
        os.sync()
        yield used


def grow(folder: Path, rows: int) -> None:
    """Make `folder` a data folder with `rows` rows, a multiple of `BASE_ROWS`; where it exists, it is taken as it is.

    Raises:
        OSError: the disk has no room for it.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < rows * _BYTES_PER_ROW:
        raise OSError(
            f"{rows:,} rows take up to {rows * _BYTES_PER_ROW >> 30} GiB, and only {free >> 30} are free"
        )
    making = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    copies = max(rows // BASE_ROWS, 1)
    tell(f"making a store of {rows:,} rows")
    with running_command(making) as collector:
        _send_base(collector, copies)
    _copy(making / "rows.duckdb", copies)
    making.rename(folder)


def wait_for(collector: Collector, rows: int, *, timeout_s: float = 300.0) -> None:
    """Wait until the store has that many rows in all.

    Raises:
        TimeoutError: it has fewer.
    """
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if count_rows(collector) == rows:
            return
        time.sleep(0.2)
    raise TimeoutError(f"not {rows} rows after {timeout_s:g} s, but {count_rows(collector)}")


def count_rows(collector: Collector) -> object:
    """Return how many rows the store has in all."""
    (counted,) = collector.query("select: count(1) as n | from: project_logs()")
    return counted["n"]


def _send_base(collector: Collector, copies: int) -> None:
    width_ns = _SPREAD_NS // copies
    # The newest copy is the original, and it ends a minute ago.
    from_ns = time.time_ns() - 60 * 10**9 - width_ns
    made = bodies(
        BASE_ROWS // SPANS, seed=11, from_ns=from_ns, every_ns=width_ns // BASE_ROWS, words=_vocabulary()
    )
    with httpx.Client(base_url=collector.otlp_http, timeout=60) as client:
        for number, body in enumerate(made):
            headers = {
                "content-type": "application/x-protobuf",
                "x-bt-parent": f"project_name:{PROJECTS[number % len(PROJECTS)]}",
            }
            client.post(
                "/v1/traces", content=_varied(body, number * SPANS), headers=headers
            ).raise_for_status()
    wait_for(collector, BASE_ROWS)


def _vocabulary() -> Sequence[str]:
    """Return words as often as they stand in texts: the one of rank n one nth as often as the first."""
    draw = Random(3)  # noqa: S311 - no secret
    words = ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(2, 10))) for _ in range(20_000)]
    return draw.choices(words, weights=[1 / rank for rank in range(1, len(words) + 1)], k=200_000)


def _varied(body: bytes, first: int) -> bytes:
    """Give the spans of a request different models, users, scores, and a few of them the needle."""
    request = ExportTraceServiceRequest.FromString(body)
    for number, span in enumerate(request.resource_spans[0].scope_spans[0].spans, start=first):
        added = {"braintrust.metadata": f'{{"user_id": "u{number % 1000}"}}'}
        if number % _SCORED_EVERY == 0:
            added["braintrust.scores"] = f'{{"Factuality": {number // _SCORED_EVERY % 100 / 100}}}'
        for attribute in span.attributes:
            if attribute.key in ("gen_ai.request.model", "gen_ai.response.model"):
                attribute.value.string_value = _MODELS[number % len(_MODELS)]
            if attribute.key == "gen_ai.output.messages" and number % _NEEDLE_EVERY == 0:
                said = attribute.value.string_value
                attribute.value.string_value = said.replace('"content": "', f'"content": "{NEEDLE} ', 1)
        span.attributes.extend(
            KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in added.items()
        )
    return request.SerializeToString()


def _copy(path: Path, copies: int) -> None:
    """Put the copies before the originals in the file, the oldest first."""
    width_us = _SPREAD_NS // copies // 1000
    width_s = max(width_us // 10**6, 1)
    connection = open_file(path, memory_limit_mb=_MEMORY_MB, threads=2)
    try:
        connection.execute(f"CREATE TEMP TABLE base AS SELECT * FROM {ROWS_TABLE} ORDER BY rowid")
        connection.execute(f"DELETE FROM {ROWS_TABLE}")
        progress = Progress(f"copies of {BASE_ROWS:,} rows", copies)
        for back in range(copies - 1, -1, -1):
            parent = _renamed("json_extract_string(span_parents, '$[0]')", back)
            changed = {
                **{name: _renamed(name, back) for name in ("id", "span_id", "root_span_id")},
                "span_parents": f"'[\"' || {parent} || '\"]'",
                "created": f"created - to_microseconds({back * width_us}::BIGINT)",
                "start_s": f"start_s - {back * width_us / 1e6}",
                "end_s": f"end_s - {back * width_us / 1e6}",
                "metrics": (
                    "json_merge_patch(metrics, json_object("
                    f"'start', start_s - {back * width_us / 1e6}, 'end', end_s - {back * width_us / 1e6}))::VARCHAR"
                ),
                "xact_id": f"xact_id - {(back * width_s) << _XACT_SECOND_BITS}::UBIGINT",
                "pagination_key": f"pagination_key - {(back * width_s) << _KEY_SECOND_BITS}::UBIGINT",
            }
            columns = ", ".join(changed.get(name, name) if back else name for name in COLUMNS)
            connection.execute(f"INSERT INTO {ROWS_TABLE} SELECT {columns} FROM base")
            progress.reached(copies - back)
        connection.execute("CHECKPOINT store")
    finally:
        connection.close()


def _renamed(text: str, back: int) -> str:
    return f"left(md5({text} || '{back}'), length({text})::INTEGER)"
