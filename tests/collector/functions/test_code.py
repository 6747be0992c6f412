"""Code that is run in a process of its own, and the sidecar's side of its limits."""

import asyncio
import sys
from contextlib import aclosing
from typing import Any

import psutil  # type: ignore[import-untyped]  # it has none
import pytest

from otel_bridge_collector.config.functions import PythonFunctions
from otel_bridge_collector.functions.code import CodeRunner
from otel_bridge_collector.functions.piece import Console, FunctionError, Piece, Value

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is one of Linux's kernel")


def run(code: str, **config: Any) -> list[Piece]:
    async def pieces() -> list[Piece]:
        runner = CodeRunner(PythonFunctions.model_validate({"enabled": True, **config}))
        return [piece async for piece in runner.run(code, {"a": 1}, 1)]

    return asyncio.run(pieces())


def test_what_it_prints_comes_before_what_it_returns() -> None:
    assert run("def handler(a):\n  print('x')\n  return a") == [Console("x", "stdout"), Value(1)]


def test_it_does_not_run_unless_that_is_allowed() -> None:
    with pytest.raises(FunctionError, match=r"extensions\.functions\.python\.enabled") as raised:
        run("def handler(a): return 1", enabled=False)

    assert (raised.value.is_refused, raised.value.status) == (True, 400)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param("def handler(a):\n  while True: pass", "longer than 0.5 s", id="it computes for ever"),
        pytest.param("import time\ndef handler(a): time.sleep(100)", "longer than 0.5 s", id="it sleeps"),
        pytest.param("import os\ndef handler(a): os._exit(0)", "its process ended", id="it ends"),
        pytest.param(
            "import os\ndef handler(a): os.write(3, b'[]\\n')", "makes no sense", id="it answers for itself"
        ),
        pytest.param("def handler(a): return 'x' * (2 << 20)", "more than 1 MiB", id="it returns too much"),
        pytest.param("def handler(a): return 1 / 0", "division by zero", id="it fails"),
    ],
)
def test_what_is_said_of_what_it_does_wrong(code: str, error: str) -> None:
    # Starting a process takes longer than this on a busy machine; then the same is said.
    with pytest.raises(FunctionError, match=error):
        run(code, timeout=0.5 if "longer" in error else 30)


def test_one_that_is_given_up_is_killed() -> None:
    async def given_up() -> list[Piece]:
        runner = CodeRunner(PythonFunctions(enabled=True, max_running=1))
        async with aclosing(
            runner.run("def handler(a):\n  print('x', flush=True)\n  while True: pass", {"a": 1}, 1)
        ) as pieces:
            assert await anext(pieces) == Console("x", "stdout")
        # Its place is free again.
        return [piece async for piece in runner.run("def handler(a): return a", {"a": 1}, 1)]

    assert asyncio.run(given_up()) == [Value(1)]


def test_one_that_nobody_listens_to_is_killed_all_the_same() -> None:
    async def heard() -> list[Piece]:
        runner = CodeRunner(PythonFunctions(enabled=True, timeout=6.0))
        code = "def handler(a):\n  while True: print('x' * 1000)"
        found: list[Piece] = []
        of_others = set(
            psutil.Process().children()
        )  # other tests of this process may have left some that still end
        async with aclosing(runner.run(code, {"a": 1}, 1)) as pieces:
            found.append(await anext(pieces))
            (child,) = set(psutil.Process().children()) - of_others
            await asyncio.to_thread(child.wait, 30)
            with pytest.raises(FunctionError, match="longer than 6 s"):
                found += [piece async for piece in pieces]
        return found

    assert asyncio.run(heard())[0] == Console("x" * 1000, "stdout")
