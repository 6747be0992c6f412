"""The page of a real sidecar: it is where the ports are."""

from pathlib import Path

import httpx

from tests.support.collector import running_collector


def test_the_page_says_where_spans_are_really_taken(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        text = httpx.get(f"{collector.api}/app").text

    assert f"OTEL_EXPORTER_OTLP_ENDPOINT={collector.otlp_http}" in text
    assert f"BRAINTRUST_API_URL={collector.api}" in text
