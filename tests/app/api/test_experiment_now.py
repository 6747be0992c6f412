"""The experiment that is current."""

import pytest

import otel_bridge
from otel_bridge import Experiment
from otel_bridge.errors import NoLoggerError

pytestmark = pytest.mark.usefixtures("sidecar")


def test_without_an_experiment_the_functions_of_the_module_raise() -> None:
    assert otel_bridge.current_experiment() is None
    with pytest.raises(NoLoggerError, match="call init"):
        otel_bridge.log(input=1)
    with pytest.raises(NoLoggerError):
        otel_bridge.summarize()


def test_the_current_experiment_is_logged_to_and_summed_up(project: str) -> None:
    experiment = otel_bridge.init(project)

    otel_bridge.log(input=1, output=1, scores={"s": 1})

    assert otel_bridge.current_experiment() is experiment
    assert otel_bridge.summarize().scores["s"].score == 1


def test_it_comes_before_the_logger(project: str) -> None:
    otel_bridge.init_logger(project)
    experiment = otel_bridge.init(project)
    assert isinstance(experiment, Experiment)

    @otel_bridge.traced
    def work() -> None: ...

    work()
    with otel_bridge.start_span("root"):
        pass

    rows = [row["span_attributes"] for row in experiment]
    assert [(row["name"], row["type"]) for row in reversed(rows)] == [("work", "function"), ("root", "eval")]


def test_an_experiment_need_not_become_current(project: str) -> None:
    otel_bridge.init(project, set_current=False)

    assert otel_bridge.current_experiment() is None
