"""The workloads: what an app does that is traced. Each call has a marker of its own in its input, which `sink` counts.

| workload | what one span is |
| --- | --- |
| a | a small decorated function |
| b | one of three such functions, nested |
| c | a model call: 4 KB in, 2 KB out, tokens |
| d | the same, with a masking function that looks at every text |
| e | as a, asynchronous, 100 tasks at a time |
| f | as a, in 8 threads |
"""

import asyncio
import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

Run = Callable[[int], None]

BURST: Final[Mapping[str, int]] = {"a": 256, "b": 255, "c": 128, "d": 128, "e": 300, "f": 256}
"""Spans of one round: below every library's queue, and below the size with which a batch is sent at once."""

_TEXT: Final = "the quick brown fox jumps over the lazy dog and keeps running " * 40
_ANSWER: Final = [{"role": "assistant", "content": _TEXT[:2000]}]
_RESULT: Final = {"answer": "forty two", "score": 0.5}
_TASKS: Final = 100
_THREADS: Final = 8


def runs(traced: Callable[[Any], Any], chat: Callable[[Any, Any, int, int], None]) -> Mapping[str, Run]:
    """Return what makes so many spans, by workload."""
    made = _Workloads(traced, chat)
    return {
        "a": made.small, "b": made.nested, "c": made.chats, "d": made.chats, "e": made.tasks, "f": made.threads,
    }  # fmt: skip


class _Workloads:
    """The traced functions of one library, and what calls them."""

    def __init__(self, traced: Callable[[Any], Any], chat: Callable[[Any, Any, int, int], None]) -> None:
        def middle(argument: Any) -> Any:  # noqa: ARG001 - traced
            return self._small(self._marked())

        def outer(argument: Any) -> Any:  # noqa: ARG001 - traced
            return self._middle(self._marked())

        self._numbers = itertools.count(1)
        self._chat = chat
        self._small, self._small_async = traced(_small), traced(_small_async)
        self._middle, self._outer = traced(middle), traced(outer)

    def small(self, spans: int) -> None:
        for _ in range(spans):
            self._small(self._marked())

    def nested(self, spans: int) -> None:
        for _ in range(spans // 3):
            self._outer(self._marked())

    def chats(self, spans: int) -> None:
        for _ in range(spans):
            self._chat(_messages(next(self._numbers)), _ANSWER, 1000, 500)

    def tasks(self, spans: int) -> None:
        async def task() -> None:
            for _ in range(spans // _TASKS):
                await self._small_async(self._marked())

        async def tasks() -> None:
            await asyncio.gather(*(task() for _ in range(_TASKS)))

        asyncio.run(tasks())

    def threads(self, spans: int) -> None:
        threads = [threading.Thread(target=self.small, args=(spans // _THREADS,)) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _marked(self) -> dict[str, Any]:
        return {"uid": f"u{next(self._numbers):08d}u", "q": "hello world", "k": 3, "flag": True}


def _small(argument: Any) -> Any:  # noqa: ARG001 - traced
    return _RESULT


async def _small_async(argument: Any) -> Any:  # noqa: ARG001 - traced
    await asyncio.sleep(0)
    return _RESULT


def _messages(number: int) -> list[dict[str, str]]:
    question = f"u{number:08d}u {_TEXT[:980]} key sk-abcdefghijklmnop1234 "
    return [
        {"role": "system", "content": _TEXT[:1000]},
        {"role": "user", "content": question},
        {"role": "assistant", "content": _TEXT[:1000]},
        {"role": "user", "content": _TEXT[:1000]},
    ]
