"""All cases; what ends a run is in test_evaluate_vectors (21 to 25, 45, 50)."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest

from otel_bridge import Eval


def test_results_are_in_the_order_of_the_data() -> None:
    async def task(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    outcome = Eval("p", [{"input": n / 100} for n in (3, 1, 2)], task, [], no_send_logs=True)

    assert [result.output for result in outcome.results] == [0.03, 0.01, 0.02]


def test_with_a_limit_data_is_read_as_places_become_free() -> None:
    ahead: list[int] = []
    done: list[int] = []

    def data() -> Iterator[Any]:
        for number in range(20):
            ahead.append(number - len(done))
            yield {"input": number}

    async def task(input: int) -> None:
        await asyncio.sleep(0)
        done.append(input)

    Eval("p", data, task, [], max_concurrency=2, no_send_logs=True)

    assert max(ahead) <= 3


def test_data_that_breaks_off_keeps_what_was_done() -> None:
    def data() -> Iterator[Any]:
        yield {"input": 1}
        yield {"input": 2}
        raise OSError("gone")

    async def task(input: int) -> int:
        return input

    with pytest.raises(OSError, match="gone") as raised:
        Eval("p", data, task, [], max_concurrency=1, no_send_logs=True)

    partial = raised.value.partial  # type: ignore[attr-defined]  # see `Eval`
    assert [result.output for result in partial.results][:1] == [1]


def test_no_time_at_all() -> None:
    with pytest.raises(TimeoutError, match="Evaluator timed out"):
        Eval("p", [{"input": 1}], lambda x: x, [], timeout=0, no_send_logs=True)


@pytest.mark.parametrize(
    ("cases", "warned"),
    [
        pytest.param(
            [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"id": "a"}], ["several cases have the id 'a'"], id="id"
        ),
        pytest.param([{"upsert_id": "u"}] * 2, ["several cases have the upsert_id 'u'"], id="upsert_id"),
        pytest.param([{"id": "a", "trial_count": 2}, {}, {}], [], id="trials and cases without ids"),
    ],
)
def test_ids_that_come_twice_are_told_once_and_all_cases_run(
    cases: list[dict[str, Any]], warned: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = Eval("p", [{"input": 1, **case} for case in cases], str, [], no_send_logs=True)

    assert len(outcome.results) >= len(cases)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == warned


WRONG: Final = [
    pytest.param({"expected": 1}, TypeError, "case 2 of the data has no input: it has expected", id="no input"),
    pytest.param({}, TypeError, "has no input: it has nothing", id="empty"),
    pytest.param(None, AttributeError, "case 2 of the data is None", id="none"),
    pytest.param(5, AttributeError, "case 2 of the data is an int", id="number"),
    pytest.param({"input": 1, "metadata": "x"}, TypeError, "has metadata that is a str: it is a dict", id="metadata"),
    pytest.param({"input": 1, "trial_count": "2"}, TypeError, "has a trial_count that is a str", id="trials"),
    pytest.param({"input": 1, "tags": "x"}, ValueError, "tags must be a list, set, or tuple of strings", id="tags"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG)
def test_a_wrong_case_ends_no_other_and_is_raised_when_they_are_done(
    wrong: Any, error: type[Exception], message: str
) -> None:
    data = [{"input": 1}, wrong, {"input": 3}, wrong]

    with pytest.raises(error, match=message) as raised:
        Eval("p", data, lambda x: x, [lambda output: output == 3], no_send_logs=True)

    partial = raised.value.partial  # type: ignore[attr-defined]  # see `Eval`
    assert [(result.output, result.error) for result in partial.results] == [(1, None), (3, None)]
    assert "the other cases have run, 2 are done and in `partial`; 1 more are wrong" in raised.value.__notes__


def test_data_that_raises_ends_no_case_that_has_begun() -> None:
    def data() -> Iterator[Any]:
        yield {"input": 1}
        raise OSError("gone")

    async def task(input: int) -> int:
        await asyncio.sleep(0.05)
        return input

    with pytest.raises(OSError, match="gone") as raised:
        Eval("p", data, task, [], no_send_logs=True)

    assert [result.output for result in raised.value.partial.results] == [1]  # type: ignore[attr-defined]  # see `Eval`
