"""Calls of functions: their time, their number, and that their rows are kept whatever happens."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from itertools import count
from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.functions import Functions as Config
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.piece import FunctionError, Piece, Text, Value
from otel_bridge_collector.functions.rows import Place, Trace
from otel_bridge_collector.functions.run import Functions
from otel_bridge_collector.metrics.catalog import FUNCTION_CALLS
from otel_bridge_collector.telemetry import Counters

PROMPT = Definition(
    name="Greet", slug="greet",
    prompt_data={"prompt": {"type": "completion", "content": "hi"}, "options": {"model": "m"}},
)  # fmt: skip


class Slow:
    """Models that say one word and then nothing any more, and scorers that give one."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.counters = Counters()

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        del request
        await self._hang()
        return {}

    async def stream(self, request: Mapping[str, Json]) -> AsyncGenerator[Mapping[str, Json]]:
        del request
        yield {"choices": [{"index": 0, "delta": {"content": "h"}}]}
        await self._hang()

    async def _hang(self) -> None:
        self.asked.set()
        await asyncio.Event().wait()

    async def score(self, name: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        return {"name": name, "score": 1, "of": list(arguments)}


class Kept(list[Any]):
    """Rows that were kept."""

    async def keep(self, rows: Sequence[Json]) -> None:
        await asyncio.sleep(0)
        self += rows

    @property
    def errors(self) -> list[Any]:
        return [row.get("error") for row in self]


def trace(call: Call) -> Trace:
    numbers = count(1)
    return Trace(
        PROMPT,
        call,
        Place(ids={"project_id": "p"}, under=None),
        new_id=lambda _: str(next(numbers)),
        now_s=lambda: 1.0,
    )


def functions(**config: Any) -> Functions:
    return functions_of(Slow(), **config)


def functions_of(slow: Slow, **config: Any) -> Functions:
    return Functions(Config.model_validate(config), slow, slow, slow.counters)


async def pieces(running: Functions, definition: Definition, call: Call, kept: Kept) -> list[Piece]:
    return [piece async for piece in running.run(definition, call, trace(call), kept.keep)]


@pytest.mark.parametrize("stream", [False, True])
def test_one_that_takes_too_long_is_ended_and_its_row_says_so(*, stream: bool) -> None:
    kept = Kept()
    with pytest.raises(FunctionError, match=r'function "greet" took longer than 0\.05 s') as raised:
        asyncio.run(pieces(functions(timeout=0.05), PROMPT, Call(stream=stream), kept))

    assert raised.value.status == 500
    assert kept.errors[0] == 'function "greet" took longer than 0.05 s'


def test_more_than_may_run_are_told_to_come_back() -> None:
    async def both() -> None:
        running = functions(max_running=1)
        async with aclosing(running.run(PROMPT, Call(stream=True), None, Kept().keep)) as first:
            assert await anext(first) == Text("h")
            with pytest.raises(FunctionError, match="1 functions run already") as raised:
                await pieces(running, PROMPT, Call(), Kept())
            assert raised.value.status == 503
        # The first has given its place back.
        scorer = Definition(name="s", function_data={"type": "global", "name": "s"})
        assert isinstance((await pieces(running, scorer, Call(), Kept()))[0], Value)

    asyncio.run(both())


def test_one_that_nobody_listens_to_is_ended_and_its_row_says_so() -> None:
    kept = Kept()

    async def given_up() -> None:
        slow = Slow()
        task = asyncio.create_task(pieces(functions_of(slow), PROMPT, Call(stream=True), kept))
        await slow.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(given_up())

    assert kept.errors[0] == "the caller hung up"


def test_a_scorer_of_all_projects_gets_the_variables() -> None:
    kept = Kept()
    scorer = Definition(name="S", function_data={"type": "global", "name": "S"})

    found = asyncio.run(pieces(functions(), scorer, Call(input={"output": 1}), kept))

    assert found == [Value({"name": "S", "score": 1, "of": ["input", "metadata", "output"]})]
    assert kept[0]["output"] == {"name": "S", "score": 1, "of": ["input", "metadata", "output"]}


@pytest.mark.parametrize(
    ("function_data", "said"),
    [
        pytest.param({"type": "remote_eval"}, 'of the type "remote_eval", expected prompt, code or global', id="a type"),
        pytest.param({"type": "code", "data": {"type": "bundle"}}, "bundle code for None, expected inline code", id="a bundle"),
        pytest.param({"type": "code", "data": {"type": "inline", "runtime_context": {"runtime": "python"}}}, "code does not run here", id="code that is not allowed"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_said_and_logged(function_data: dict[str, Json], said: str) -> None:
    kept = Kept()
    with pytest.raises(FunctionError, match=said) as raised:
        asyncio.run(
            pieces(functions(), Definition(name="F", slug="f", function_data=function_data), Call(), kept)
        )

    assert raised.value.status == 400
    assert 'function "f"' in str(raised.value)
    assert said in kept.errors[0]


def test_calls_are_counted_by_how_they_end() -> None:
    slow = Slow()
    running = functions_of(slow, timeout=0.5)
    scorer = Definition(name="s", function_data={"type": "global", "name": "s"})

    asyncio.run(pieces(running, scorer, Call(), Kept()))
    for definition in (PROMPT, Definition(name="f", function_data={"type": "remote_eval"})):
        with pytest.raises(FunctionError):
            asyncio.run(pieces(running, definition, Call(), Kept()))

    assert slow.counters.values(FUNCTION_CALLS) == {("returned",): 1, ("failed",): 1, ("refused",): 1}


def test_where_nobody_listens_a_span_that_is_not_kept_is_told_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def refuse(rows: Sequence[Json]) -> None:
        raise FunctionError(f"{len(rows)} rows are too many")

    async def given_up() -> None:
        slow = Slow()
        pieces = functions_of(slow).run(PROMPT, Call(stream=True), trace(Call()), refuse)
        task = asyncio.create_task(_read(pieces))
        await slow.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(given_up())

    assert "left no span: 2 rows are too many" in caplog.text


async def _read(pieces: AsyncGenerator[Piece]) -> None:
    async for _ in pieces:
        pass


def test_a_bug_is_told_by_its_kind_alone() -> None:
    class Broken(Slow):
        async def score(self, name: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
            raise LookupError(f"secret of {name} {arguments}")

    kept = Kept()
    scorer = Definition(name="s", function_data={"type": "global", "name": "s"})
    with pytest.raises(LookupError):
        asyncio.run(pieces(functions_of(Broken()), scorer, Call(), kept))

    assert kept.errors == ["LookupError"]
