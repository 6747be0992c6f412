"""The way of a call, with a real provider on loopback and rows that are kept in a list."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Json
from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.config.proxy import Proxy as Config
from otel_bridge_collector.errors import OverloadedError, ProviderError
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.proxy.cache import Cache
from otel_bridge_collector.proxy.call import Call, read_call
from otel_bridge_collector.proxy.places import Places
from otel_bridge_collector.proxy.proxy import Proxy, Ways
from tests.support.provider import (
    BREAK,
    END_EARLY,
    HANG,
    HANG_IN_STREAM,
    NO_STREAM,
    FakeProvider,
    provider,
)

T = TypeVar("T")
PARENT = {"x-bt-parent": "project_id:p", "authorization": "Bearer k"}


class Rows:
    """Keeps rows, or fails to, and remembers what had happened before.

    Attributes:
        fault: what keeping raises.
    """

    def __init__(self, fault: Exception | None = None) -> None:
        self.kept: list[Mapping[str, Any]] = []
        self.fault = fault

    async def resolve(self, parent: Parent) -> Mapping[str, str]:
        return {"project_id": parent.value}

    def fits(self, row: Mapping[str, Json]) -> None:
        if row["input"] == "unfit":
            raise ValueError("unfit")

    async def keep(self, row: Mapping[str, Json]) -> None:
        if self.fault:
            raise self.fault
        self.kept.append(row)


def call(*, stream: bool = False, headers: Mapping[str, str] = PARENT, **asked: Any) -> Call:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": stream, **asked}
    return read_call("chat/completions", body, str(body).encode(), headers)


def with_proxy(
    folder: Path, fake: FakeProvider, rows: Rows, use: Callable[[Proxy], Awaitable[T]], **config: Any
) -> T:
    async def run() -> T:
        providers = Providers({"p": Provider(base_url=fake.url, max_retries=0, timeout=30)})
        cache = Cache(folder / "cache", max_bytes=1 << 20)
        ways = Ways(
            providers=providers, cache=cache, places=Places(Config(**config)),
            resolve=rows.resolve, fits=rows.fits, keep=rows.keep,
        )  # fmt: skip
        try:
            return await use(Proxy(ways))
        finally:
            await providers.close()
            cache.close()

    return asyncio.run(run())


async def body_of(proxy: Proxy, asked: Call) -> bytes:
    reply = await proxy.ask(asked, "a")
    try:
        return b"".join([piece async for piece in reply.pieces])
    finally:
        await reply.close()


def test_a_call_is_a_row_with_all_that_was_said(tmp_path: Path) -> None:
    rows = Rows()
    with provider() as fake:
        with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call(temperature=1)))

    (row,) = rows.kept
    assert row["input"] == [{"role": "user", "content": "hi"}]
    assert row["output"][0]["message"] == {"role": "assistant", "content": "hi"}
    assert row["metadata"] == {
        "model": "gpt-4o-mini-2024-07-18", "stream": False, "temperature": 1, "endpoint": "p",
    }  # fmt: skip
    assert row["metrics"]["tokens"] == 7
    assert row["metrics"]["start"] <= row["metrics"]["end"]
    assert "time_to_first_token" not in row["metrics"]


def test_the_row_of_a_stream_has_counts_and_the_time_of_the_first_word(tmp_path: Path) -> None:
    rows = Rows()
    with provider() as fake:
        with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call(stream=True)))

    (row,) = rows.kept
    assert row["output"] == [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ]
    assert row["metrics"]["tokens"] == 7
    assert 0 <= row["metrics"]["time_to_first_token"] <= row["metrics"]["end"] - row["metrics"]["start"]


def test_the_end_of_a_stream_waits_for_its_row(tmp_path: Path) -> None:
    rows = Rows()

    async def kept_at(proxy: Proxy) -> list[tuple[int, bool]]:
        reply = await proxy.ask(call(stream=True), "a")
        seen = [(len(rows.kept), b"[DONE]" in piece) async for piece in reply.pieces]
        await reply.close()
        return seen

    with provider() as fake:
        seen = with_proxy(tmp_path, fake, rows, kept_at)

    assert seen[-1] == (1, True)
    assert set(seen[:-1]) == {(0, False)}


def test_a_call_whose_row_cannot_be_kept_is_not_answered(tmp_path: Path) -> None:
    rows = Rows(fault=OSError("full"))
    with provider() as fake:
        with pytest.raises(OSError, match="full"):
            with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call()))
        streamed = with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call(stream=True)))

    assert b"could not keep the row of this call: full" in streamed
    assert b"[DONE]" not in streamed


def test_nobody_is_asked_for_what_no_row_can_hold(tmp_path: Path) -> None:
    with provider() as fake, pytest.raises(ValueError, match="unfit"):
        with_proxy(tmp_path, fake, Rows(), lambda proxy: body_of(proxy, call(messages="unfit")))

    assert fake.asked == []


def test_a_call_without_a_parent_leaves_no_row(tmp_path: Path) -> None:
    rows = Rows()
    with provider() as fake:
        with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call(headers={})))

    assert rows.kept == []


def test_an_answer_out_of_the_cache_is_a_row_that_spent_nothing(tmp_path: Path) -> None:
    rows = Rows()

    async def twice(proxy: Proxy) -> list[bytes]:
        return [await body_of(proxy, call(stream=stream, seed=1)) for stream in (False, False, True, True)]

    with provider() as fake:
        bodies = with_proxy(tmp_path, fake, rows, twice)

    assert (bodies[0], bodies[2], len(fake.asked)) == (bodies[1], bodies[3], 2)
    assert [row["metrics"].get("tokens") for row in rows.kept] == [7, None, 7, None]
    assert [row["metrics"].get("cached") for row in rows.kept] == [None, 1, None, 1]
    assert rows.kept[0]["output"] == rows.kept[1]["output"]
    assert rows.kept[2]["output"] == rows.kept[3]["output"]
    assert rows.kept[3]["metadata"]["endpoint"] == "p"


def test_refusals_and_failures_are_rows_with_an_error(tmp_path: Path) -> None:
    rows = Rows()

    async def ask(proxy: Proxy) -> None:
        assert (await proxy.ask(call(), "a")).status == 400
        with pytest.raises(ProviderError):
            await proxy.ask(call(), "a")
        await body_of(proxy, call(stream=True))

    with provider((400, {}), BREAK, BREAK) as fake:
        with_proxy(tmp_path, fake, rows, ask)

    refused, failed, broken = rows.kept
    assert "the provider answered 400: " in refused["error"]
    assert "told to answer 400" in refused["error"]
    assert "broke off" in failed["error"]
    assert (broken["output"][0]["message"]["content"], "broke off" in broken["error"]) == ("h", True)
    assert {"output"} & (refused.keys() | failed.keys()) == set()


def test_a_stream_that_ends_before_its_end_is_an_error_and_is_not_kept(tmp_path: Path) -> None:
    rows = Rows()

    async def twice(proxy: Proxy) -> list[bytes]:
        return [await body_of(proxy, call(stream=True, seed=1)) for _ in range(2)]

    with provider(END_EARLY) as fake:
        cut, whole = with_proxy(tmp_path, fake, rows, twice)

    assert (b"broke off" in cut, b"[DONE]" in cut) == (True, False)
    assert (b"broke off" in whole, b"[DONE]" in whole) == (False, True)
    assert "its stream ended too early" in rows.kept[0]["error"]
    assert rows.kept[0]["output"][0]["message"]["content"] == "h"


def test_a_whole_answer_to_a_call_for_a_stream_is_passed_on_and_logged(tmp_path: Path) -> None:
    rows = Rows()

    with provider(NO_STREAM) as fake:
        body = with_proxy(tmp_path, fake, rows, lambda proxy: body_of(proxy, call(stream=True)))

    assert json.loads(body)["object"] == "chat.completion"
    assert rows.kept[0]["output"][0]["message"]["content"] == "hi"
    assert rows.kept[0]["metrics"]["tokens"] == 7


def test_a_caller_that_leaves_is_a_row_with_what_was_said_until_then(tmp_path: Path) -> None:
    rows = Rows()

    async def leave(proxy: Proxy) -> None:
        waiting = asyncio.create_task(proxy.ask(call(), "a"))
        await asyncio.to_thread(fake.came.wait, 10)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        reply = await proxy.ask(call(stream=True), "a")
        await anext(reply.pieces)
        await reply.close()
        await reply.close()

    with provider(HANG, HANG_IN_STREAM) as fake:
        with_proxy(tmp_path, fake, rows, leave, max_calls_per_key=1)

    before, within = rows.kept
    assert before["error"] == within["error"] == "the caller left before the answer had ended"
    assert ("output" in before, within["output"][0]["message"]["content"]) == (False, "h")


def test_a_call_holds_its_place_until_its_reply_is_closed(tmp_path: Path) -> None:
    async def ask(proxy: Proxy) -> None:
        reply = await proxy.ask(call(stream=True), "a")
        with pytest.raises(OverloadedError):
            await proxy.ask(call(), "a")
        await reply.close()
        await body_of(proxy, call())

    with provider(HANG_IN_STREAM) as fake:
        with_proxy(tmp_path, fake, Rows(), ask, max_calls_per_key=1)
