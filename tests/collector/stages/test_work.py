"""The work beside requests, over a real data folder."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NoReturn

import pytest

from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge_collector.access import OWNER, asking, current_access
from otel_bridge_collector.compiled import absence
from otel_bridge_collector.deliver.request_rows import RequestTranslator, python_rows, request_rows
from otel_bridge_collector.deliver.shared_translation import SharedTranslation
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.intake import Encoding
from otel_bridge_collector.settings import Settings, load_settings
from otel_bridge_collector.shutdown import Shutdown
from otel_bridge_collector.stages import work
from otel_bridge_collector.stages.storage import Storage, open_storage
from otel_bridge_collector.stages.work import ended, start_delivery, start_receipts, start_retention
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.telemetry import Counters
from tests.support.otlp_request import span, traces

TIMEOUT_S: Final = 30.0


async def keep_one_span(storage: Storage) -> None:
    gate = Gate(storage.objects, current_access, default_parent=DEFAULT_PARENT)
    ingest = Ingest(storage.spool, Counters(), gate)
    with asking(OWNER):
        await ingest.traces(traces(span()).SerializeToString(), Encoding.PROTOBUF, parent=None)


def rows(storage: Storage) -> int:
    ((number,),) = storage.store.select(Statement(sql="SELECT count(*) FROM store.rows"), timeout_s=TIMEOUT_S)
    return int(str(number))


def opened(folder: Path, stages: AsyncExitStack) -> tuple[Settings, Shutdown, Storage]:
    settings, shutdown = load_settings(data_dir=folder), Shutdown(TIMEOUT_S)
    return settings, shutdown, open_storage(settings, shutdown, stages)


def test_what_is_in_the_spool_reaches_the_store(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stages:
            settings, shutdown, storage = opened(tmp_path, stages)
            await keep_one_span(storage)

            deliveries = await start_delivery(settings, storage, Counters(), shutdown, stages)

            assert await deliveries.store.reached(storage.spool.end_seq, timeout_s=TIMEOUT_S)
            assert rows(storage) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("mode", "cores", "is_shared"),
    [
        pytest.param("auto", 2.0, True, id="two cores"),
        pytest.param("auto", 1.0, False, id="one core"),
        pytest.param("off", 2.0, False, id="turned off"),
    ],
)
def test_translation_is_shared_where_there_is_a_core_for_it(
    mode: str,
    cores: float,
    is_shared: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "usable_cores", lambda: cores)

    async def translates() -> RequestTranslator:
        async with AsyncExitStack() as stages:
            return work._translation(load_settings(translation_process=mode), Counters(), stages)

    assert isinstance(asyncio.run(translates()), SharedTranslation) is is_shared


@pytest.mark.parametrize(
    ("mode", "translate", "told"),
    [
        pytest.param("auto", request_rows, absence() or "in use", id="where it is installed"),
        pytest.param("off", python_rows, "turned off", id="turned off"),
    ],
)
def test_spans_are_translated_by_compiled_code_unless_that_is_turned_off(
    mode: str, translate: RequestTranslator, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings(native_translation=mode, translation_process="off")

    async def translates() -> RequestTranslator:
        async with AsyncExitStack() as stages:
            return work._translation(settings, Counters(), stages)

    with caplog.at_level("INFO"):
        assert asyncio.run(translates()) is translate
    assert caplog.messages == [f"the compiled translator: {told}"]


def test_what_came_is_counted_for_its_process(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stages:
            settings, shutdown, storage = opened(tmp_path, stages)
            deliveries = await start_delivery(settings, storage, Counters(), shutdown, stages)
            await keep_one_span(storage)

            keeper = start_receipts(storage, deliveries, stages)

            assert await keeper.reached(storage.spool.end_seq, timeout_s=TIMEOUT_S)

    asyncio.run(run())


def test_retention_plans_without_limits_to_remove_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stages:
            settings, shutdown, storage = opened(tmp_path, stages)
            deliveries = await start_delivery(settings, storage, Counters(), shutdown, stages)

            retention = start_retention(settings, storage, deliveries, Counters(), stages)

            assert list((await retention.plan()).removals) == []

    asyncio.run(run())


def test_a_task_is_over_when_it_was_ended() -> None:
    async def run() -> None:
        async def forever() -> NoReturn:
            await asyncio.Event().wait()
            raise AssertionError

        task = asyncio.create_task(forever())
        await asyncio.sleep(0)

        await ended(task)

        assert task.cancelled()

    asyncio.run(run())
