"""The canary in a sidecar, with and without a way that does not mask."""

import asyncio
import contextlib
import copy
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import httpx
import pytest

from otel_bridge_collector import app, intake
from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.app import Ready
from otel_bridge_collector.canary.search import Kept
from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.ingest_protocols import NoMasks
from otel_bridge_collector.spool.record import CANARY_PROJECT
from otel_bridge_collector.stages import ports
from otel_bridge_collector.store.duckdb import DuckDBStore
from tests.collector.test_app import while_serving

RULES: Final = (
    "{patterns: [secrets, emails, card_numbers, phone_numbers]}",
    "{fields: [input, expected, user.id, metadata.customer]}",
)


def unmasked(door: Ingest) -> Ingest:
    """The same door, to which nobody gave the rules."""
    broken = copy.copy(door)
    vars(broken)["_masks"] = NoMasks()
    return broken


CONFIG: Final = """yaml:
processors: {{masking: {{rules: [{rules}]}}}}
exporters: {{file: {{directory: '{files}', start_at: beginning}}}}
service: {{pipelines: {{traces: {{receivers: [otlp, braintrust], processors: [masking], exporters: [store, file]}}}}}}
"""


def serving(
    folder: Path, use: Callable[[Ready, httpx.AsyncClient], Awaitable[None]], *rules: str, **more: object
) -> None:
    """Run a sidecar with these rules at its door."""
    text = CONFIG.format(rules=", ".join(rules), files=folder / "files")
    while_serving(folder / "data", use, sources=Sources(files=[text]), **more)


def not_ready(folder: Path, *rules: str, **more: object) -> str:
    """What readiness says of masking once a sidecar serves; empty when it is ready."""
    found: list[str] = []

    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        answer = await client.get(f"http://{ready.api}/readyz")
        found.append("" if answer.is_success else answer.json()["reasons"]["masking"])

    serving(folder, use, *rules, **more)
    return found[0]


def test_a_quota_that_lets_nearly_nothing_in_does_not_stop_the_canary(tmp_path: Path) -> None:
    assert not_ready(tmp_path, *RULES, quota_spans_per_s=0.001, quota_bytes_per_s=1, quota_burst_s=1.0) == ""


def test_the_log_says_when_no_rule_can_be_tried(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not_ready(tmp_path, "{regexes: ['[0-9]{9}']}") == ""

    assert [text for text in caplog.messages if text.startswith("the canary tries no masking rule")]


def break_door(monkeypatch: pytest.MonkeyPatch, builder: ModuleType, name: str) -> None:
    """Let what a way in is built with have a door without rules."""
    real: Callable[..., Any] = getattr(builder, name)

    def build(door: Ingest, *rest: Any, **named: Any) -> Any:
        return real(unmasked(door), *rest, **named)

    monkeypatch.setattr(builder, name, build)


def test_a_sidecar_that_masks_is_ready(tmp_path: Path) -> None:
    assert not_ready(tmp_path, *RULES) == ""


@pytest.mark.parametrize(
    ("builder", "name", "ways"),
    [
        pytest.param(ports, "GrpcServer", ["OTLP over gRPC, traces", "OTLP over gRPC, logs"], id="grpc"),
        pytest.param(
            app,
            "build_otlp_app",
            [
                "OTLP port, traces, protobuf",
                "OTLP port, traces, JSON",
                "OTLP port, logs, protobuf",
                "OTLP port, logs, JSON",
            ],
            id="otlp port",
        ),
        pytest.param(
            app,
            "build_otlp_routes",
            [
                "API port, traces, protobuf",
                "API port, traces, JSON",
                "API port, logs, protobuf",
                "API port, logs, JSON",
            ],
            id="api port",
        ),
    ],
)
def test_a_way_that_does_not_mask_is_named(
    builder: ModuleType, name: str, ways: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_door(monkeypatch, builder, name)

    fault = not_ready(tmp_path, *RULES)

    assert sorted(fault.partition(": ")[2].split("; ")) == sorted(
        [*(f"spool ({way})" for way in ways), "store"]
    )


def test_rows_that_are_not_masked_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(**given: Any) -> Plane:
        given["keep_rows"] = unmasked(given["keep_rows"].__self__).rows
        return Plane(**given)

    monkeypatch.setattr(app, "Plane", build)

    fault = not_ready(tmp_path, *RULES)

    assert fault == (
        "masking at the door leaves secrets: spool (/logs3); spool (insert); spool (feedback); store"
    )


async def replay(ready: Ready, client: httpx.AsyncClient) -> dict[str, Any]:
    """Send all that came since long ago to the store again; return what that did."""
    url = f"http://{ready.api}/v1/delivery"
    asked = {"sink": "store", "since": "2026-01-01T00:00:00Z"}
    (await client.post(f"{url}/replay", json=asked)).raise_for_status()
    while True:
        (store,) = (await client.get(url)).json()["destinations"][:1]
        if store["replay"] and store["replay"]["is_done"]:
            return dict(store["replay"])
        await asyncio.sleep(0.01)


def test_nothing_of_a_canary_is_left_but_in_the_spool(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        listed = await client.get(f"http://{ready.api}/v1/project")
        assert CANARY_PROJECT not in listed.text
        receipts = await client.get(f"http://{ready.api}/v1/receipts")
        assert receipts.json()["receipts"] == []
        replayed = await replay(ready, client)
        assert (replayed["records"], replayed["rows"], replayed["changed"]) == (0, 0, {})

    serving(tmp_path, use, *RULES)

    with contextlib.closing(DuckDBStore(tmp_path / "data" / "rows.duckdb")) as store:
        assert list(Kept(spool=cast("Any", None), store=store).stored()) == []
    files = tmp_path / "files"
    assert [path for path in files.rglob("*") if path.is_file() and path.stat().st_size] == []
    segments = [path.read_bytes() for path in (tmp_path / "data" / "spool").glob("*.seg")]
    assert sum(data.count(f'["{CANARY_PROJECT}"]'.encode()) for data in segments) == 13


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        pytest.param(RULES, {"canary_interval_s": 0}, id="off"),
        pytest.param([r"{regexes: ['\bEMP-\d+']}"], {}, id="nothing to try"),
    ],
)
def test_without_a_canary_nothing_is_sent(
    rules: Sequence[str], more: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_door(monkeypatch, ports, "GrpcServer")

    assert not_ready(tmp_path, *rules, **more) == ""
    assert list((tmp_path / "data" / "spool").glob("*.seg")) == []


def test_a_canary_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_door(monkeypatch, ports, "GrpcServer")

    assert "OTLP over gRPC" in not_ready(tmp_path, *RULES, require_keys=True)


def test_a_spool_that_takes_nothing_is_told(tmp_path: Path) -> None:
    assert "takes nothing" in not_ready(tmp_path, *RULES, spool_max_bytes=1)


def as_received(request: object, received: bytes | None, rules: object) -> bytes | None:
    del request, rules
    return received


def test_a_canary_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"http://{ready.api}/readyz")).is_success
        monkeypatch.setattr(intake, "masked_traces", as_received)
        for _ in range(200):
            if not (await client.get(f"http://{ready.api}/readyz")).is_success:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it did not come again")

    serving(tmp_path, use, *RULES, canary_interval_s=0.2)
