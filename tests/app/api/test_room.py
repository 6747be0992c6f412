"""Experiments wait for room in the queue."""

import pytest

import otel_bridge
from tests.support.collector import Collector


def test_more_rows_than_the_queue_holds_all_arrive(
    sidecar: Collector, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_QUEUE_SIZE", "20")
    experiment = otel_bridge.init(project, "many", set_current=False)
    assert isinstance(experiment, otel_bridge.Experiment)

    for number in range(200):
        experiment.log(input=number, output=number, scores={})

    assert len(list(experiment)) == 200
    assert otel_bridge.stats().spans.queue_full == 0
    assert sidecar.process.poll() is None
