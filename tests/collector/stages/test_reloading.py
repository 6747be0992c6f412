"""A configuration that is read again by a real sidecar."""

import signal
from pathlib import Path

import httpx

from tests.support.collector import running_collector
from tests.support.openai_server import openai_server
from tests.support.otlp_receiver import wait_until


def test_one_that_cannot_be_used_leaves_everything_as_it_was_and_the_next_counts(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("{}")
    with running_collector(tmp_path / "data", "--config", str(file)) as collector:
        file.write_text("nosuch: {}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the configuration stays as it was" in collector.log.read_text())

        file.write_text("extensions: {retention: {logs: {max_age: 20d}}}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "changed: extensions.retention" in collector.log.read_text())


def test_providers_are_asked_as_the_new_configuration_says(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("{}")
    with (
        openai_server() as url,
        running_collector(tmp_path / "data", "--config", str(file)) as collector,
    ):
        models = f"{collector.api}/v1/proxy/models"
        assert httpx.get(models).status_code == 501

        file.write_text(f"providers: {{p: {{base_url: '{url}'}}}}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "changed: providers.p" in collector.log.read_text())

        assert httpx.get(models).json()["data"]


def test_what_needs_a_new_start_is_named(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("{}")
    with running_collector(tmp_path / "data", "--config", str(file)) as collector:
        file.write_text("extensions: {online_scoring: {interval: 1s}}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "was read again" in collector.log.read_text())

    assert "online_scoring" in collector.log.read_text()
