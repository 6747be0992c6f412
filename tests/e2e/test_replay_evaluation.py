"""From production to a test: an app is traced, its rows are promoted, and changed code runs against what was recorded."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import COMMAND, Collector, running_collector

pytestmark = pytest.mark.one_python

EVAL: Final = Path(sysconfig.get_path("scripts")) / "otel-bridge"

APP: Final = """
import pathlib
from otel_bridge import traced

@traced(type="tool")
def price(item):
    calls = pathlib.Path("calls.txt")
    calls.write_text((calls.read_text() if calls.exists() else "") + item + "\\n")
    return {"apple": 2, "pear": 3}[item]

@traced
def answer(question):
    return sum(price(item) for item in question.split())
"""

PRODUCTION: Final = """
import otel_bridge
from app import answer

logger = otel_bridge.init_logger("shop")
for question in ("apple pear", "pear"):
    with logger.start_span("request", input=question) as span:
        span.log(output=answer(question))
"""

EVALUATION: Final = """
import sys
sys.path.insert(0, ".")
from app import answer
from otel_bridge import Eval, init_dataset

def exact(output, expected):
    return output == expected

Eval("shop", init_dataset("shop", "cases"), answer, [exact])
"""


def run(collector: Collector, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "any"}
    variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
    return subprocess.run(
        ["/usr/bin/env", *variables, *command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


def test_production_becomes_a_dataset_that_replays(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "eval_shop.py").write_text(EVALUATION)
    query = "from: project_logs('shop') | filter: is_root"
    with running_collector(tmp_path / "data") as collector:
        produced = run(collector, tmp_path, sys.executable, "-c", PRODUCTION)
        assert produced.returncode == 0, produced.stderr
        promoted = run(
            collector, tmp_path, COMMAND, "promote", query, "--dataset", "cases", "--url", collector.api
        )
        calls = (tmp_path / "calls.txt").read_text()

        same = run(collector, tmp_path, str(EVAL), "eval", "--replay")
        assert (tmp_path / "calls.txt").read_text() == calls

        (tmp_path / "app.py").write_text(APP.replace("price(item) for", "price(item + 's') for"))
        changed = run(collector, tmp_path, str(EVAL), "eval", "--replay")
        assert (tmp_path / "calls.txt").read_text() == calls

    assert "2 added" in promoted.stderr
    assert same.returncode == 0, same.stderr
    assert "Replay: 3 calls answered as recorded" in same.stderr
    assert "100.00%" in same.stdout
    assert changed.returncode == 1
    assert "not recorded, not made: tool price" in changed.stderr


def test_calling_what_is_not_recorded_needs_a_replay(tmp_path: Path) -> None:
    ended = subprocess.run(
        [str(EVAL), "eval", "--call-unrecorded"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ended.returncode == 2
    assert "--replay" in ended.stderr
