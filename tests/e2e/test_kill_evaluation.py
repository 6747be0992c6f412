"""An evaluation whose process is ended in the middle: the cases that were finished are in its experiment."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

PROGRAM: Final = """
import asyncio, sys
from otel_bridge import Eval

async def task(number):
    await asyncio.sleep(0.01 if number < 30 else 60)
    return number

def told(output):
    print(output, flush=True)
    return 1

Eval("p", ({"input": n} for n in range(60)), task, [told], max_concurrency=int(sys.argv[2]), experiment_name=sys.argv[1])
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


@contextmanager
def evaluating(
    collector: Collector, name: str, concurrency: int, cwd: Path
) -> Iterator[subprocess.Popen[str]]:
    """A process whose first 30 cases were scored, and in which others run on."""
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "x"}
    variables = [f"BRAINTRUST_{key}={value}" for key, value in places.items()]
    command = ["/usr/bin/env", *variables, sys.executable, "-c", PROGRAM, name, str(concurrency)]
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for _ in range(30):
                assert process.stdout.readline()
            yield process
        finally:
            process.kill()


SHORT_CASES: Final = """
import asyncio, sys
from otel_bridge import Eval

async def task(number):
    await asyncio.sleep(0.02)
    return number

async def same(input, output):
    return input == output

Eval("p", ({"input": n} for n in range(100_000)), task, [same], max_concurrency=10, experiment_name=sys.argv[1])
"""


def killed_at(collector: Collector, name: str, cases: int, cwd: Path) -> int:
    """Kill an evaluation when its progress bar counts so many cases as done; return how many it counted last."""
    ours, theirs = pty.openpty()
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "x"}
    variables = ["TERM=xterm", "COLUMNS=80", *(f"BRAINTRUST_{key}={value}" for key, value in places.items())]
    command = ["/usr/bin/env", *variables, sys.executable, "-c", SHORT_CASES, name]
    with subprocess.Popen(command, cwd=cwd, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = ""
        while text := _read(ours):
            shown += text
            if _counted(shown) >= cases:
                process.send_signal(signal.SIGKILL)
        os.close(ours)
    return _counted(shown)


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 100_000).decode(errors="replace")
    except OSError:  # nobody writes to it any more
        return ""


def _counted(shown: str) -> int:
    return max((int(done) for done in re.findall(r"(\d+)/\d+", shown)), default=0)


def finished(collector: Collector, name: str) -> set[int]:
    """The inputs of the cases of an experiment whose output and score are there."""
    listed = httpx.get(f"{collector.api}/v1/experiment", params={"experiment_name": name}).json()["objects"]
    rows = collector.query(f"select: * | from: experiment('{listed[0]['id']}') | limit: 100000")
    scored = {row["root_span_id"] for row in rows if row["scores"]}
    done: set[Any] = {row["output"] for row in rows if row["is_root"] and row["root_span_id"] in scored}
    return {number for number in done if number is not None}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_a_process_that_is_killed_had_sent_what_was_finished_before(
    collector: Collector, tmp_path: Path
) -> None:
    with evaluating(collector, "killed", 40, tmp_path) as process:
        wait_for(lambda: finished(collector, "killed") == set(range(30)))
        process.send_signal(signal.SIGKILL)

    assert finished(collector, "killed") == set(range(30))


@pytest.mark.parametrize("cases", [1, 100, 250])
def test_a_case_that_is_counted_as_done_outlives_the_process(
    collector: Collector, tmp_path: Path, cases: int
) -> None:
    counted = killed_at(collector, f"killed-at-{cases}", cases, tmp_path)

    assert counted >= cases
    assert len(finished(collector, f"killed-at-{cases}")) >= counted


def test_a_process_that_is_asked_to_end_sends_what_was_finished_at_once(
    collector: Collector, tmp_path: Path
) -> None:
    with evaluating(collector, "terminated", 1, tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    # One after the other: that which told last may still have been in its scorer.
    assert finished(collector, "terminated") >= set(range(29))
