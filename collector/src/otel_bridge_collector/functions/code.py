"""Run the Python code of a function in a process of its own, within limits; what it prints comes as it prints it."""

import asyncio
import json
import math
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.functions import PythonFunctions
from otel_bridge_collector.functions.piece import Console, FunctionError, Piece, Value
from otel_bridge_collector.store.json_text import dump_json
from otel_bridge_collector.worker.process import ANSWER_BYTES, ask, end, start

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
                async with asyncio.timeout(config.timeout):
                    line = await ask(process, (asked.encode(), b"\n"))
                    while isinstance(piece := self._piece(line), Console):
                        yield piece
                        line = await _next(process)
                    yield piece
            except TimeoutError:
                raise FunctionError(f"it took longer than {config.timeout:g} s") from None
            except (OSError, ValueError) as error:
                raise FunctionError(
                    f"its process cannot be read ({type(error).__name__}): it may have returned more than {ANSWER_BYTES >> 20} MiB"
                ) from error
            finally:
                await end(process)

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


async def _next(process: Process) -> bytes:
    return await process.stdout.readline() if process.stdout else b""
