"""Retention in a real sidecar: by its limits, through kills, and what comes after."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

KILLS: Final = 3
TRACES: Final = 3_000
ROWS_OF_A_TRACE: Final = 4


def keep(collector: Collector, rows: list[dict[str, Any]]) -> None:
    body = {"rows": rows, "api_version": 2}
    httpx.post(f"{collector.api}/logs3", json=body, timeout=60).raise_for_status()


def trace(name: str, created: datetime, size: int = ROWS_OF_A_TRACE) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{name}-{number}",
            "span_id": f"{name}-{number}",
            "root_span_id": name,
            "span_parents": [f"{name}-0"] if number else None,
            "created": created.isoformat(),
            "project_id": "p",
            "log_id": "g",
            "input": "x" * 100,
        }
        for number in range(size)
    ]


def rows_of_traces(collector: Collector) -> dict[str, int]:
    found = collector.query(
        "from: project_logs('p') spans | dimensions: root_span_id | measures: count(1) as n | limit: 10000"
    )
    return {str(each["root_span_id"]): int(str(each["n"])) for each in found}


@pytest.mark.slow
def test_a_pass_that_is_killed_leaves_no_half_trace_and_the_next_one_ends_it(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    limited = ("--set", "extensions.retention.logs.max_age=30d", "--set", "extensions.retention.interval=1s")
    with running_collector(tmp_path / "data") as collector:
        for first in range(0, TRACES, 500):
            names = range(first, first + 500)
            old = [each for name in names for each in trace(f"old-{name:05}", now - timedelta(days=60))]
            keep(collector, old)
        keep(collector, [*trace("new-1", now), *trace("new-2", now)])
        assert len(rows_of_traces(collector)) == TRACES + 2

    for _ in range(KILLS):
        with running_collector(tmp_path / "data", *limited) as collector:
            _wait_for_the_first_step(collector)
            collector.kill()
        with running_collector(tmp_path / "data") as collector:
            left = rows_of_traces(collector)
            assert set(left.values()) == {ROWS_OF_A_TRACE}
            assert {"new-1", "new-2"} <= set(left)

    with running_collector(tmp_path / "data", *limited[:2]) as collector:
        assert CliRunner().invoke(main, ["retention", "--url", collector.api]).exit_code == 0
        assert set(rows_of_traces(collector)) == {"new-1", "new-2"}
        replayed = CliRunner().invoke(main, ["replay", "--since", "7d", "--url", collector.api])
        assert replayed.exit_code == 0, replayed.output
        assert set(rows_of_traces(collector)) == {"new-1", "new-2"}


def _wait_for_the_first_step(collector: Collector) -> None:
    """Wait until the first pass has begun to remove, or has ended."""
    for _ in range(2_000):
        if len(rows_of_traces(collector)) < TRACES + 2:
            return
    raise AssertionError("no pass came")


def test_an_automation_of_a_project_holds_for_it_alone(tmp_path: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=60)
    with running_collector(tmp_path / "data") as collector:
        keep(collector, [*trace("gone", old), *({**each, "project_id": "q"} for each in trace("kept", old))])
        config = {"event_type": "retention", "object_type": "project_logs", "retention_days": 30}
        body = {"project_id": "p", "name": "a month", "config": config}
        httpx.post(f"{collector.api}/v1/project_automation", json=body).raise_for_status()

        assert CliRunner().invoke(main, ["retention", "--url", collector.api]).exit_code == 0

        assert rows_of_traces(collector) == {}
        assert len(collector.query("select: id | from: project_logs('q') spans")) == ROWS_OF_A_TRACE


def test_limits_are_read_again_on_reload(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("extensions: {}\n")
    with running_collector(tmp_path / "data", "--config", str(config)) as collector:
        keep(collector, trace("old", datetime.now(UTC) - timedelta(days=60)))
        config.write_text("extensions: {retention: {logs: {max_age: 30d}}}\n")
        collector.process.send_signal(1)
        for _ in range(600):
            if "read again" in collector.log.read_text():
                break
            httpx.get(f"{collector.api}/healthz")
        CliRunner().invoke(main, ["retention", "--url", collector.api])

        assert rows_of_traces(collector) == {}
