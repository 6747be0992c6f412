"""Media in messages, from the OTLP port to every destination: rows refer to them, and the bytes are kept once."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from otel_bridge_collector.translate.media import key_of
from tests.support.braintrust_server import braintrust_server
from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.media import BASE64, DATA_URL, PNG, image, message
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python

ANTHROPIC: Any = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BASE64}}
REFERENCE = {
    "type": "braintrust_attachment", "filename": "file.png", "content_type": "image/png", "key": key_of(PNG),
}  # fmt: skip


def send(collector: Collector, project: str, **headers: str) -> None:
    """Send two calls with the same picture, as OpenAI's and as Anthropic's messages hold it."""
    body = traces(
        span(1, attributes={"braintrust.input_json": json.dumps(message(image()))}),
        span(2, attributes={"braintrust.input_json": json.dumps(message(ANTHROPIC))}),
    ).SerializeToString()
    sent = {"content-type": "application/x-protobuf", "x-bt-parent": f"project_name:{project}", **headers}
    response = httpx.post(f"{collector.otlp_http}/v1/traces", content=body, headers=sent, timeout=60)
    assert response.status_code == 200


def settled(collector: Collector) -> bool:
    destinations = httpx.get(f"{collector.api}/v1/delivery", timeout=60).json()["destinations"]
    return all(each["waiting_records"] == 0 for each in destinations)


def replayed(collector: Collector) -> dict[str, Any]:
    """Send everything to the store once more; return how that went."""
    asked = {"sink": "store", "since": "1970-01-01T00:00:00Z"}
    assert httpx.post(f"{collector.api}/v1/delivery/replay", json=asked, timeout=60).status_code == 202

    def last() -> dict[str, Any]:
        (store,) = [
            each
            for each in httpx.get(f"{collector.api}/v1/delivery", timeout=60).json()["destinations"]
            if each["name"] == "store"
        ]
        replay: dict[str, Any] = store["replay"]
        return replay

    wait_until(lambda: bool(last()["is_done"]), timeout_s=60)
    return last()


@pytest.mark.timeout(240)
def test_s12_r29_every_destination_gets_the_reference_and_braintrust_the_bytes_once(tmp_path: Path) -> None:
    with braintrust_server() as server:
        config = f"yaml:exporters: {{braintrust: {{api_url: '{server.url}', api_key: k}}, file: {{directory: '{tmp_path}/rows'}}}}"
        with running_collector(tmp_path / "data", "--config", config) as collector:
            send(collector, "shop")
            wait_until(lambda: settled(collector), timeout_s=60)
            rows = collector.query("select: id, input | from: project_logs('shop') | sort: id")
            replay = replayed(collector)
            found = httpx.get(f"{collector.api}/attachment", params=REFERENCE, timeout=60).json()
            downloaded = httpx.get(found["downloadUrl"], timeout=60)

    lines = [json.loads(line) for line in (tmp_path / "rows" / "rows.jsonl.part").read_text().splitlines()]
    expected = [
        message({"type": "image_url", "image_url": {"url": REFERENCE}}),
        message({"type": "image", "source": REFERENCE}),
    ]
    assert [row["input"] for row in rows] == expected
    assert [row["input"] for row in lines] == expected
    assert [row["input"] for row in server.rows] == expected
    assert server.attachments == {REFERENCE["key"]: PNG}
    assert [kind for kind, _ in server.objects].count("attachment") == 1
    assert (downloaded.content, downloaded.headers["content-type"]) == (PNG, "image/png")
    assert (replay["rows"], replay["changed"]) == (2, {})


@pytest.mark.timeout(120)
def test_media_are_read_with_keys_for_their_project_only(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        owner = make_key(collector.data_dir, "admin")
        keys = {
            name: make_key(collector.data_dir, "ingest", "read", projects=(name,))
            for name in ("alpha", "beta")
        }
        send(collector, "alpha", **bearer(owner))

        def status(key: str) -> int:
            url = f"{collector.api}/attachment"
            return httpx.get(url, params=REFERENCE, headers=bearer(key), timeout=60).status_code

        wait_until(lambda: status(owner) == 200, timeout_s=30)

        assert (status(keys["alpha"]), status(keys["beta"])) == (200, 404)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("setting", ["media_as_attachments=false", "media_min_size=1KiB"])
def test_media_stay_in_their_rows_when_that_is_said(tmp_path: Path, setting: str) -> None:
    with running_collector(tmp_path / "data", "--set", f"receivers.otlp.{setting}") as collector:
        send(collector, "shop")

        rows = collector.query("select: id, input | from: project_logs('shop') | sort: id")

    assert [DATA_URL in json.dumps(row["input"]) or BASE64 in json.dumps(row["input"]) for row in rows] == [
        True
    ] * 2
