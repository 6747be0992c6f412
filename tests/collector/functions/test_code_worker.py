"""The code of a function, in its process: what it is called with, what it may use, and what becomes of what it does wrong."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from otel_bridge_collector.functions import code_worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is one of Linux's kernel")


def run(code: str, given: Any = None) -> list[dict[str, Any]]:
    """What the process writes."""
    named = given if isinstance(given, dict) else {"input": given}
    asked = {"code": code, "arguments": {"named": named, "input": given}}
    ended = subprocess.run(
        [sys.executable, "-I", "-m", code_worker.__name__, str(512 << 20), "20"],
        input=json.dumps(asked) + "\n", capture_output=True, text=True, check=True, timeout=60, env={},
    )  # fmt: skip
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize(
    ("code", "given", "value"),
    [
        pytest.param("def handler(input, output): return [input, output]", {"input": 1, "output": 2, "expected": 3}, [1, 2], id="the arguments that it names"),
        pytest.param("def handler(**all): return all", {"a": 1}, {"a": 1}, id="all of them"),
        pytest.param("def handler(a, b=2): return a + b", {"a": 1}, 3, id="a default"),
        pytest.param("def handler(input): return input", "text", "text", id="the input where it is no object"),
        pytest.param("def handler(question): return question", {"a": 1}, {"a": 1}, id="the input under a name of its own"),
        pytest.param("async def handler(a): return a", {"a": 1}, 1, id="a coroutine"),
        pytest.param("handler = lambda a: (a, None)", {"a": 1}, [1, None], id="a lambda that gives a tuple"),
        pytest.param("from datetime import datetime\ndef handler(a): return datetime.strptime(a, '%Y').year", {"a": "2026"}, 2026, id="parts of Python that come late"),
        pytest.param("def handler(a):\n  import re\n  return re.sub('b', 'c', a)", {"a": "abc"}, "acc", id="an import inside"),
        pytest.param("from autoevals import Levenshtein\ndef handler(output, expected): return Levenshtein()(output, expected)", {"output": "a", "expected": "ab"}, {"name": "Levenshtein", "score": 0.5, "metadata": {}}, id="a scorer of autoevals"),
    ],
)  # fmt: skip
def test_what_it_returns(code: str, given: Any, value: Any) -> None:
    assert run(code, given)[-1] == {"value": value}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param("def handler(:", "SyntaxError: ", id="no python"),
        pytest.param("x = 1", 'TypeError: the code defines no function "handler"', id="no handler"),
        pytest.param("def handler(a):\n  return {}['k']", "KeyError: 'k' (line 2)", id="it raises"),
        pytest.param("def handler(a):\n  raise SystemExit(3)", "SystemExit: 3 (line 2)", id="it wants to end the process"),
        pytest.param("def handler(x, y): return 1", "TypeError: handler wants x, y, and the input has input", id="arguments that are not there"),
        pytest.param("def handler(inptu): return 1", "TypeError: handler wants inptu, and the input has input: did you mean that?", id="a misspelt argument"),
        pytest.param("def handler(a): return {1, 2}", "TypeError: Object of type set is not JSON serializable", id="no json"),
        pytest.param("def handler(a): return float('nan')", "ValueError: Out of range float values", id="no number"),
        pytest.param("import requests\ndef handler(a): return 1", "ModuleNotFoundError: No module named 'requests' (line 1)", id="a package of others"),
        pytest.param("def handler(a): return open('/etc/passwd').read()", "PermissionError", id="files"),
        pytest.param("import urllib.request as r\ndef handler(a): return r.urlopen('http://127.0.0.1:9')", "URLError", id="the network"),
        pytest.param("import os\ndef handler(a): return os.fork()", "PermissionError", id="processes"),
        pytest.param("import os\ndef handler(a): return dict(os.environ)['HOME']", "KeyError", id="the environment"),
        pytest.param("def handler(a): return 'x' * (1 << 32)", "it needs more memory than it may have", id="memory"),
        pytest.param("import asyncio\nasync def handler(a): await asyncio.sleep(1)", "RuntimeError", id="it waits for something"),
    ],
)  # fmt: skip
def test_what_is_said_of_what_it_does_wrong(code: str, error: str) -> None:
    assert str(run(code)[-1]["error"]).startswith(error)


@pytest.mark.parametrize("named", ["import venv.__main__", "from venv import __main__"])
def test_no_program_of_pythons_own_runs_before_the_seal(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    (answer,) = run(f"{named}\ndef handler(a): return 1")

    assert "line 1" in answer["error"]
    assert [*tmp_path.iterdir()] == []


def test_what_it_prints_comes_line_by_line_before_its_value() -> None:
    code = "import sys\ndef handler(a):\n  print('x', 'y')\n  print('no', file=sys.stderr)\n  print('end', end='')\n  return a"

    assert run(code, {"a": 1}) == [
        {"console": "x y", "stream": "stdout"},
        {"console": "no", "stream": "stderr"},
        {"console": "end", "stream": "stdout"},
        {"value": 1},
    ]


def test_what_it_prints_is_bounded() -> None:
    found = run("def handler(a):\n  for _ in range(100):\n    print('x' * 10_000)\n  return 1", {"a": 1})

    assert sum(len(each["console"]) for each in found[:-1]) <= code_worker._CONSOLE_CHARACTERS
    assert found[-1] == {"value": 1}


def test_where_nothing_can_be_sealed_nothing_runs() -> None:
    program = (
        "import platform, sys; platform.machine = lambda: 'other'\n"
        f"from {code_worker.__name__} import main; main()"
    )
    asked = {"code": "def handler(a): return 1", "arguments": {"named": {"a": 1}, "input": 1}}
    ended = subprocess.run(
        [sys.executable, "-I", "-c", program, str(512 << 20), "20"],
        input=json.dumps(asked) + "\n", capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert json.loads(ended.stdout) == {"refused": "there is no filter for linux on other"}
