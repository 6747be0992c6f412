"""Where cases go; experiments, parents and nowhere as they are used are in test_evaluate_vectors (28 to 31)."""

import threading

import pytest
from opentelemetry import trace

import otel_bridge
from otel_bridge import Eval
from otel_bridge.contract.slug import SlugError
from tests.support.evaluating import rows_of

pytestmark = pytest.mark.usefixtures("sidecar")


def test_a_parent_that_is_no_slug_is_refused() -> None:
    with pytest.raises(SlugError):
        Eval("p", [{"input": 1}], lambda x: x, [], parent="nonsense")


def test_what_surrounds_the_evaluation_is_no_parent_of_its_cases(project: str) -> None:
    logger = otel_bridge.init_logger(project)
    with logger.start_span("outer"):
        outcome = Eval(project, [{"input": 1}], lambda x: x, [])
        assert trace.get_current_span().get_span_context().is_valid

    assert rows_of(project, outcome)[0]["span_parents"] is None


def test_records_of_a_dataset_are_the_origins_of_cases_also_where_nothing_is_sent(project: str) -> None:
    dataset = otel_bridge.init_dataset(project, "d")
    dataset.insert(id="r", input=1)

    for more in ({}, {"no_send_logs": True}):
        (result,) = Eval(project, dataset, lambda x: x, [], **more).results  # type: ignore[arg-type]  # of a dictionary
        assert result.origin is not None
        assert (result.origin["object_id"], result.origin["id"]) == (dataset.id, "r")


def test_a_dataset_that_changes_meanwhile_runs_as_it_was_read(project: str) -> None:
    dataset = otel_bridge.init_dataset(project, "d")
    dataset.insert(id="a", input=1)
    dataset.insert(id="b", input=2)

    def task(number: int) -> int:
        dataset.insert(id="c", input=3)
        dataset.delete("a")
        dataset.delete("b")
        dataset.flush()
        return number

    outcome = Eval(project, dataset, task, [], max_concurrency=1)

    assert sorted(result.input for result in outcome.results) == [1, 2]
    origins = [row["origin"]["id"] for row in rows_of(project, outcome) if row["is_root"]]
    assert sorted(origins) == ["a", "b"]
    assert [record["id"] for record in otel_bridge.init_dataset(project, "d")] == ["c"]


def test_data_that_cannot_be_pickled_is_given_as_it_is_and_logged_as_text(project: str) -> None:
    lock = threading.Lock()
    cases = [{"input": lock, "expected": (number for number in [1])}, {"input": 2}]

    outcome = Eval(project, cases, lambda value: value is lock, [lambda output: output])

    assert [result.output for result in outcome.results] == [True, False]
    (first, second) = [row for row in rows_of(project, outcome) if row["is_root"]]
    assert str(first["input"]).startswith("<unlocked _thread.lock")
    assert second["input"] == 2
