"""Exporters to destinations."""

import asyncio
from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.deliver.assembled_rows import AssembledRows
from otel_bridge_collector.deliver.forwarded_requests import ForwardedRequests
from otel_bridge_collector.deliver.without_canaries import WithoutCanaries
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.build import AnyDestination, build_destination, files_of
from otel_bridge_collector.pipeline.flow import flows
from otel_bridge_collector.sinks.braintrust import BraintrustSink
from otel_bridge_collector.sinks.otlp import OtlpSink
from otel_bridge_collector.sinks.row_file import RowFileSink
from tests.support.ground import ground_in


def build(folder: Path, name: str, exporter: str, *, end_seq: int = 7) -> AnyDestination:
    config = load_config(Sources(files=[f"yaml:exporters: {{{name}: {exporter}}}"])).config

    async def run() -> AnyDestination:
        with ground_in(folder, end_seq=end_seq) as ground:
            made = build_destination(name, config.exporters[name], flows(config)[name], config, ground)
            assert made.close is not None
            await made.close()
            return made

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "exporter", "sink", "preparation"),
    [
        ("braintrust", "{api_key: k}", BraintrustSink, AssembledRows),
        ("file/x", "{directory: rows}", RowFileSink, AssembledRows),
        ("otlphttp", "{endpoint: 'https://a'}", OtlpSink, ForwardedRequests),
        ("otlp", "{endpoint: 'a:1'}", OtlpSink, ForwardedRequests),
    ],
)
def test_each_type_has_its_sink(
    tmp_path: Path, name: str, exporter: str, sink: type[object], preparation: type[object]
) -> None:
    made = build(tmp_path, name, exporter)

    prepared = made.new_preparation()
    assert isinstance(prepared, WithoutCanaries)
    assert (type(made.sink), type(prepared.inner)) == (sink, preparation)


def test_a_new_destination_begins_now_and_stays_there(tmp_path: Path) -> None:
    assert build(tmp_path, "otlp", "{endpoint: 'a:1'}", end_seq=7).cursor.next_seq == 7
    assert build(tmp_path, "otlp", "{endpoint: 'a:1'}", end_seq=9).cursor.next_seq == 7


def test_a_new_destination_may_begin_at_the_oldest_that_is_kept(tmp_path: Path) -> None:
    assert build(tmp_path, "otlp", "{endpoint: 'a:1', start_at: beginning}").cursor.next_seq == 0


def test_retries_are_as_configured(tmp_path: Path) -> None:
    made = build(
        tmp_path,
        "otlp",
        "{endpoint: 'a:1', retry_on_failure: {initial_interval: 4s, max_interval: 4s}, circuit_breaker: {failures: 1}}",
    )

    assert 2.0 <= made.backoff.failed(retry_after_s=None) <= 4.0
    assert made.backoff.is_open


def test_certificates_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.pem"):
        build(tmp_path, "otlphttp", "{endpoint: 'https://a', tls: {ca_file: none.pem}}")


def test_names_of_files_have_no_slash() -> None:
    assert files_of("otlphttp/a") == "otlphttp+a"
