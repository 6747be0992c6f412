"""The process that scores, on its own: it answers line by line, and cannot do what a scorer has no reason to do."""

import json
import subprocess
import sys
from typing import Any

import pytest

from otel_bridge_collector.scoring import worker

MEMORY = str(512 << 20)


def answers(*asked: dict[str, Any]) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", "-m", worker.__name__, MEMORY]
    text = "".join(f"{json.dumps(each)}\n" for each in asked)
    ended = subprocess.run(
        command, input=text, capture_output=True, text=True, check=True, timeout=60, env={}
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_each_line_gets_an_answer() -> None:
    found = answers(
        {"scorer": "ExactMatch", "arguments": {"output": 1, "expected": 1}},
        {"scorer": "NoScorer", "arguments": {}},
        {"scorer": "ExactMatch", "arguments": {"output": 1, "expected": 2}},
    )

    assert [each.get("score") for each in found] == [1, None, 0]
    assert found[1]["error"].startswith("AttributeError")


FORBIDDEN = """
import socket, subprocess, sys
from otel_bridge_collector.scoring import worker
worker.limit(512 << 20)
sys.addaudithook(worker._refuse)
{act}
"""


@pytest.mark.parametrize(
    "act",
    [
        pytest.param("socket.create_connection(('127.0.0.1', 9))", id="network"),
        pytest.param("subprocess.run(['true'])", id="process"),
        pytest.param("import os; os.fork()", id="fork"),
    ],
)
def test_a_scorer_may_not(act: str) -> None:
    command = [sys.executable, "-I", "-c", FORBIDDEN.format(act=act)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "PermissionError: a scorer may not use" in ended.stderr


def test_a_scorer_may_not_write_files(tmp_path: Any) -> None:
    act = f"open({str(tmp_path / 'file')!r}, 'w').write('x')"
    command = [sys.executable, "-I", "-c", FORBIDDEN.format(act=act)]
    subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (tmp_path / "file").stat().st_size == 0
