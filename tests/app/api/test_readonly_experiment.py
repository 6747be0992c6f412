"""Reading an experiment that is there."""

import pytest

import otel_bridge
from otel_bridge import Experiment, ReadonlyExperiment

pytestmark = pytest.mark.usefixtures("sidecar")


@pytest.fixture
def opened(project: str) -> ReadonlyExperiment:
    experiment = otel_bridge.init(project, "e", set_current=False)
    assert isinstance(experiment, Experiment)
    experiment.log(id="a", input=1, output=2, expected=3, scores={}, metadata={"m": 1}, tags=["t"])
    with experiment.start_span("case", id="b", input=4) as span:
        span.log(output=5)
        with span.start_span("inside"):
            pass
    experiment.flush()
    found = otel_bridge.init(project, "e", open=True)
    assert isinstance(found, ReadonlyExperiment)
    return found


def test_its_rows_are_read(opened: ReadonlyExperiment) -> None:
    names = sorted(row["span_attributes"]["name"] for row in opened)

    assert names == ["case", "inside", "root"]
    assert next(opened)["id"]
    assert opened.version == max(row["_xact_id"] for row in opened.fetched_data)


def test_its_roots_are_cases(opened: ReadonlyExperiment) -> None:
    cases = {case["id"]: case for case in opened.as_dataset()}

    assert set(cases) == {"a", "b"}
    assert (cases["a"]["input"], cases["a"]["expected"], cases["b"]["expected"]) == (1, 3, 5)
    assert (cases["a"]["metadata"], cases["a"]["tags"]) == ({"m": 1}, ["t"])
    assert cases["a"]["origin"]["object_id"] == opened.id


def test_one_that_is_not_there_is_an_error_at_the_first_use(project: str) -> None:
    otel_bridge.init_dataset(project).close()
    missing = otel_bridge.init(project, "zz", open=True)

    with pytest.raises(
        ValueError, match=f"Experiment zz not found in project {project.split('[', maxsplit=1)[0]}"
    ):
        _ = missing.id
