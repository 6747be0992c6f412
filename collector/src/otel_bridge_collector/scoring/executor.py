"""Run scorers in a process beside this one, which is ended when it takes too long and made anew when it is needed."""

import asyncio
import json
import math
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.scoring.rule import SCORERS, Options
from otel_bridge_collector.store.json_text import dump_json
from otel_bridge_collector.worker.process import ask, end, start

_ASKS: Final = b'{"ask": '
_AS_CONFIGURED: Final = Options()
_MOST_ASKED: Final = 10
_WORKER: Final = "otel_bridge_collector.scoring.worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a scorer says of a row.

    Attributes:
        score: 0 to 1; None where it gives none.
        metadata: what it says besides.
        error: why it failed; empty when it did not.
    """

    score: float | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict[str, Json])
    error: str = ""


class Models(Protocol):
    """Asks models; `providers.client.Providers` knows how."""

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return a chat completion.

        Raises:
            CollectorError: there is none; the text says why.
        """
        ...

    async def embed(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return embeddings.

        Raises:
            CollectorError: there are none; the text says why.
        """
        ...


class Executor:
    """One process at most, and one call after the other; for one event loop."""

    def __init__(self, models: Models | None = None) -> None:
        """Make one.

        Args:
            models: whom judges ask; None where there are no judges.
        """
        self._models = models
        self._process: Process | None = None
        self._one = asyncio.Lock()

    async def score(
        self, scorer: str, arguments: bytes, limits: OnlineScoring, options: Options = _AS_CONFIGURED
    ) -> Verdict:
        """Return what a scorer says; its process is ended when that takes longer than the limits allow.

        Args:
            scorer: a name out of `rule.SCORERS`, `rule.JUDGES` or `rule.EMBEDDING`.
            arguments: of `encode_arguments`.
            limits: on time and memory; a process that runs keeps the memory that it was begun with.
            options: what its rule says of it.
        """
        said: dict[str, Json] = {"scorer": scorer, "options": dict(options.arguments)}
        timeout_s = limits.timeout
        if scorer not in SCORERS:
            model = options.model or limits.model
            if model is None:
                return Verdict(
                    error="no model is configured for judges: set extensions.online_scoring.model, or the model of the scorer"
                )
            said["model"], timeout_s = model, limits.model_timeout
        asked = (json.dumps(said).encode()[:-1] + b', "arguments": ', arguments, b"}\n")
        async with self._one:
            return await self._score(asked, limits, timeout_s)

    async def _score(self, asked: Sequence[bytes], limits: OnlineScoring, timeout_s: float) -> Verdict:
        try:
            process = await self._running(limits.memory_limit)
            answer = await asyncio.wait_for(self._answered(process, asked), timeout_s)
        except TimeoutError:
            await self.close()
            return Verdict(error=f"took longer than {timeout_s:g} s")
        except (OSError, ValueError) as error:
            await self.close()
            return Verdict(error=f"could not be run: {type(error).__name__}")
        except asyncio.CancelledError:
            await self.close()
            raise
        if not answer.endswith(b"\n"):
            await self.close()
            return Verdict(
                error=f"its process ended: it may have needed more than {limits.memory_limit >> 20} MiB"
            )
        return _verdict(answer)

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            await end(process)

    async def _answered(self, process: Process, asked: Sequence[bytes]) -> bytes:
        """Return the last line of an answer; before it the process may ask a model some times."""
        answer = await ask(process, asked)
        for _ in range(_MOST_ASKED):
            if not answer.startswith(_ASKS):
                break
            answer = await ask(process, [await self._of_model(answer), b"\n"])
        return answer

    async def _of_model(self, asked: bytes) -> bytes:
        said = json.loads(asked)
        request = cast("Mapping[str, Json]", said["ask"])
        if self._models is None:
            return b'{"error": "there are no models here"}'
        try:
            ask_model = self._models.embed if said.get("what") == "embeddings" else self._models.complete
            return dump_json({"answer": dict(await ask_model(request))}).encode()
        except CollectorError as error:
            return dump_json({"error": str(error)}).encode()

    async def _running(self, memory_bytes: int) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await start(_WORKER, str(memory_bytes))
        return self._process


def encode_arguments(arguments: Mapping[str, Json]) -> bytes:
    """Return `input`, `output` and `expected` of a row as scorers get them. They may be large: call it on a thread, once a row."""
    return dump_json(arguments).encode()


def _verdict(answer: bytes) -> Verdict:
    told = cast("Mapping[str, Any]", json.loads(answer))
    if error := told.get("error"):
        return Verdict(error=str(error))
    score = told.get("score")
    if score is not None and not (
        isinstance(score, int | float) and math.isfinite(score) and 0 <= score <= 1
    ):
        return Verdict(error=f"gave {score!r}, which is no score from 0 to 1")
    metadata = told.get("metadata")
    return Verdict(
        score=score, metadata=cast("Mapping[str, Json]", metadata) if isinstance(metadata, dict) else {}
    )
