"""Run the Python code of a function in a process of its own, within limits; what it prints comes as it prints it."""

import asyncio
import json
import math
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.functions import PythonFunctions
from otel_bridge_collector.functions.piece import Console, FunctionError, Piece, Value
from otel_bridge_collector.store.json_text import dump_json
from otel_bridge_collector.worker.process import ANSWER_BYTES, ask, end, kill, start

_WORKER: Final = "otel_bridge_collector.functions.code_worker"


class CodeRunner:
    """Runs code, a few at a time; for one event loop."""

    def __init__(self, config: PythonFunctions) -> None:
        self._config = config
        self._places = asyncio.Semaphore(config.max_running)

    async def run(self, code: str, arguments: Mapping[str, Json], input_: Json) -> AsyncGenerator[Piece]:
        """Yield what it prints, then what it returns.

        Args:
            code: Python that defines `handler`.
            arguments: by name, of which the handler gets those that it names.
            input_: what a handler gets that names others.

        Raises:
            FunctionError: it failed, took too long or too much, or must not run here.
        """
        config = self._config
        if not config.enabled:
            raise FunctionError(
                "code does not run here: set extensions.functions.python.enabled in the configuration of the sidecar",
                is_refused=True,
            )
        asked = dump_json({"code": code, "arguments": {"named": arguments, "input": input_}})
        async with self._places:
            try:
                process = await start(_WORKER, str(config.memory_limit), str(math.ceil(config.timeout)))
            except OSError as error:
                raise FunctionError(f"its process cannot be begun: {type(error).__name__}") from error
            try:
                async with aclosing(self._lines(process, asked.encode())) as lines:
                    async for line in lines:
                        yield (piece := self._piece(line))
                        if not isinstance(piece, Console):
                            return
            finally:
                await end(process)

    async def _lines(self, process: Process, asked: bytes) -> AsyncGenerator[bytes]:
        """Yield what the process says; it is killed when its time is over, whether anybody listens or not."""
        loop = asyncio.get_running_loop()
        has_ended = asyncio.Event()
        ending = loop.call_later(self._config.timeout, _kill, process, has_ended)
        try:
            line = await ask(process, (asked, b"\n"))
            while True:
                if has_ended.is_set() and not line.endswith(b"\n"):
                    raise FunctionError(f"it took longer than {self._config.timeout:g} s")
                yield line
                line = await process.stdout.readline() if process.stdout else b""
        except (OSError, ValueError) as error:
            if has_ended.is_set():
                raise FunctionError(f"it took longer than {self._config.timeout:g} s") from error
            raise FunctionError(
                f"its process cannot be read ({type(error).__name__}): it may have returned more than {ANSWER_BYTES >> 20} MiB"
            ) from error
        finally:
            ending.cancel()

    def _piece(self, line: bytes) -> Piece:
        if not line.endswith(b"\n"):
            raise FunctionError(
                f"its process ended: it may have needed more than {self._config.memory_limit >> 20} MiB"
                f" or {math.ceil(self._config.timeout)} s of processor time"
            )
        answer: object = json.loads(line)
        if not isinstance(answer, dict):
            raise FunctionError("its process answered what makes no sense")
        told = cast("Mapping[str, Json]", answer)
        if "console" in told:
            return Console(str(told["console"]), "stderr" if told.get("stream") == "stderr" else "stdout")
        if refused := told.get("refused"):
            raise FunctionError(f"code does not run on this machine: {refused}", is_refused=True)
        if error := told.get("error"):
            raise FunctionError(str(error))
        return Value(told.get("value"))


def _kill(process: Process, has_ended: asyncio.Event) -> None:
    has_ended.set()
    kill(process)
