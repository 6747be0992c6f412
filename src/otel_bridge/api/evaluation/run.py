"""Run the cases of an evaluation, as many at a time as it says, until all are done, or something ends it.

| what ends it | raised | what is kept |
| --- | --- | --- |
| the time is over | `TimeoutError("Evaluator timed out")` | results of the cases that are done |
| `cancel_event` | `CancelledError("Evaluator cancelled")` | likewise |
| the data, a case that is none, its tags | what it raised, when the other cases are done | all of those |
| `CancelledError`, `KeyboardInterrupt` or `SystemExit` from a task or scorer, or SIGINT | the same | likewise |

All spans are ended before it returns or raises. Without `max_concurrency` all cases run at the same time; with it, data is read
as places become free.

Source: `braintrust` 0.47.0 SDK, `framework`, measured (spec/evaluate.md sections 1.6 and 1.7).
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.api.evaluation.casework import CaseWork
from otel_bridge.api.evaluation.data import cases
from otel_bridge.api.evaluation.progress import nothing
from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.errors import BridgeError

logger = logging.getLogger(__name__)

_LOOKED_EVERY_S: Final = 0.01

_SAME: Final = {
    "id": "they run as cases of their own, and by their id nobody can tell them apart",
    "upsert_id": "the row of the last one replaces the others; give each its own",
}

Result = EvalResult[Any, Any, Any]


class Run:
    """One run.

    Args:
        work: runs a case.
        trial_count: of cases that say nothing else.
        max_concurrency: cases at the same time, or None for all.
        on_progress: told of the number of cases begun and done.
        is_wanted: says whether a case is to run.
        make_room: waits, before each case, until its spans can be sent; None where none are.
    """

    def __init__(
        self,
        work: CaseWork,
        *,
        trial_count: int,
        max_concurrency: int | None,
        on_progress: Callable[[int, int], None] = nothing,
        is_wanted: Callable[[EvalCase[Any, Any]], bool] = lambda _: True,
        make_room: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._work, self._trial_count = work, trial_count
        self._places = asyncio.Semaphore(max_concurrency) if max_concurrency else None
        self._on_progress, self._is_wanted, self._make_room = on_progress, is_wanted, make_room
        self._results: dict[int, Result] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._begun = 0
        self._fault: Exception | None = None
        self._faults = 0
        self._ids: set[tuple[str, str]] = set()
        self._has_warned = False
        self._is_stopping = False

    @property
    def results(self) -> list[Result]:
        """Those of the cases that are done, in the order of the data."""
        return [self._results[index] for index in sorted(self._results)]

    @property
    def done(self) -> int:
        """How many of the cases are done."""
        return len(self._results)

    @property
    def begun(self) -> int:
        """How many cases have begun, each trial counted."""
        return self._begun

    async def until_done(
        self, data: Any, *, timeout_s: float | None, cancel_event: threading.Event | None
    ) -> None:
        """Run all cases of `data`; see the table above for what it raises."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        producer = asyncio.ensure_future(self._produce(data, ended))
        watcher = asyncio.ensure_future(_watch(cancel_event, ended)) if cancel_event else None
        try:
            async with asyncio.timeout(timeout_s):
                await ended
        except TimeoutError as error:
            raise TimeoutError("Evaluator timed out") from error
        finally:
            self._is_stopping = True
            await _cancelled([producer, *([watcher] if watcher else []), *self._running])

    async def _produce(self, data: Any, ended: "asyncio.Future[None]") -> None:
        try:
            await self._begin_all(data, ended)
            while self._running:
                await asyncio.wait(self._running)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it ends the run and not the loop
            _end(ended, error)
        else:
            _end(ended, self._noted_fault())

    async def _begin_all(self, data: Any, ended: "asyncio.Future[None]") -> None:
        """Begin every case that there is; what is wrong with the data ends it, and nothing that has begun."""
        try:
            async for case in cases(data):
                if isinstance(case, Exception):
                    self._remember(case)
                    continue
                trials = self._trial_count if case.trial_count is None else case.trial_count
                self._warn_of_same_ids(case)
                for trial_index in range(trials if self._is_wanted(case) else 0):
                    await self._begin(case, trial_index, ended)
        except BridgeError:
            raise
        except Exception as error:  # noqa: BLE001 - the data is the user's and may raise anything
            self._remember(error)

    def _remember(self, error: Exception) -> None:
        self._fault = self._fault or error
        self._faults += 1

    def _noted_fault(self) -> Exception | None:
        """The first thing that was wrong with the data, with what became of the rest."""
        if self._fault and (self._faults > 1 or self._results):
            more = f"; {self._faults - 1} more are wrong" if self._faults > 1 else ""
            self._fault.add_note(
                f"the other cases have run, {len(self._results)} are done and in `partial`{more}"
            )
        return self._fault

    def _warn_of_same_ids(self, case: EvalCase[Any, Any]) -> None:
        """Say once that ids come twice: rows of one `upsert_id` are one row, and others cannot be told apart by their id."""
        for name, value in (("id", case.id), ("upsert_id", case.upsert_id)):
            if not isinstance(value, str) or self._has_warned:
                continue
            if (name, value) in self._ids:
                self._has_warned = True
                logger.warning("several cases have the %s %r: %s", name, value, _SAME[name])
            self._ids.add((name, value))

    async def _begin(self, case: EvalCase[Any, Any], trial_index: int, ended: "asyncio.Future[None]") -> None:
        if self._places:
            await self._places.acquire()
        if self._make_room:
            await self._make_room()
        task = asyncio.ensure_future(self._one(self._begun, case, trial_index, ended))
        self._begun += 1
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self._on_progress(self._begun, len(self._results))

    async def _one(
        self, index: int, case: EvalCase[Any, Any], trial_index: int, ended: "asyncio.Future[None]"
    ) -> None:
        try:
            self._results[index] = await self._work.run(case, trial_index)
            self._on_progress(self._begun, len(self._results))
        except BaseException as error:  # noqa: BLE001 - likewise
            if isinstance(error, Exception) and not isinstance(error, BridgeError):
                self._remember(error)
            elif not self._is_stopping:
                _end(ended, error)
        finally:
            if self._places:
                self._places.release()


async def _watch(cancel_event: threading.Event, ended: "asyncio.Future[None]") -> None:
    while not cancel_event.is_set():  # noqa: ASYNC110 - an event of threads, which no loop can wait for
        await asyncio.sleep(_LOOKED_EVERY_S)
    _end(ended, asyncio.CancelledError("Evaluator cancelled"))


def _end(ended: "asyncio.Future[None]", error: BaseException | None) -> None:
    if ended.done():
        return
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


async def _cancelled(tasks: "list[asyncio.Future[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
