"""The vectors of Braintrust's behaviour (spec/evaluate.md section 10): each test is named after the one that it holds to.

Where the project decides otherwise (section 12), the test holds the decision. What is not here: 26, 44 (test_datasets, tests/compat),
33 and 34 (cli/test_evaluate), 35 (tests/collector, api/test_summary), 36 to 41 (prompts and functions), 43 (test_datasets), 47 (online
scoring), 48 (proxy).
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import otel_bridge
from otel_bridge import BaseExperiment, Classification, Eval, EvalAsync, RepoInfo, Score
from tests.support.evaluating import named, names, rows_in, rows_of, said

pytestmark = [
    pytest.mark.usefixtures("sidecar"),
    pytest.mark.filterwarnings("ignore:meta:DeprecationWarning"),
]

D1 = [{"input": 1, "expected": 2, "metadata": {"m": 1}, "tags": ["a"]}]


def exact(input: Any, output: Any, expected: Any) -> bool:
    del input
    return bool(output == expected)


def double(x: int) -> int:
    return x * 2


def task_boom(_: Any) -> None:
    raise ValueError("task boom")


def sboom() -> None:
    raise RuntimeError("score boom")


def test_v01_a_case_is_three_rows(project: str) -> None:
    outcome = Eval(project, D1, double, scores=[exact])

    root, task, score = (said(row) for row in rows_of(project, outcome))
    assert root == {
        "name": "eval", "type": "eval", "input": 1, "expected": 2, "output": 2, "metadata": {"m": 1}, "tags": ["a"],
    }  # fmt: skip
    assert task == {"name": "task", "type": "task", "input": 1, "output": 2}
    given = {"expected": 2, "id": None, "input": 1, "metadata": {"m": 1}, "output": 2, "tags": ["a"]}
    assert score == {
        "name": "exact", "type": "score", "purpose": "scorer", "input": given, "output": {"score": True},
        "scores": {"exact": 1},
    }  # fmt: skip
    assert "100.00% 'exact' score" in str(outcome.summary)
    assert outcome.results[0].scores == {"exact": True}


def test_v02_a_task_that_fails_marks_its_case(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Eval(project, D1, task_boom, scores=[exact])

    root, task = rows_of(project, outcome)
    assert str(root["error"]).rstrip().endswith("ValueError: task boom")
    assert (root["tags"], root["output"], root["metadata"] or None) == (["a"], None, None)
    assert (task["error"] is not None, task["input"]) == (True, None)
    assert outcome.results[0].metadata == {"m": 1}
    printed = capsys.readouterr()
    assert (printed.out, "failed with 1 error" in printed.err) == ("", True)


def test_v03_missing_scores_may_count_as_zero(project: str) -> None:
    outcome = Eval(
        project, D1, task_boom, scores=[exact], error_score_handler=otel_bridge.default_error_score_handler
    )

    assert rows_of(project, outcome)[0]["scores"] == {"exact": 0}
    assert outcome.results[0].scores == {"exact": 0}
    assert outcome.summary.scores["exact"].score == 0


def test_v04_a_scorer_that_fails_costs_no_other(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Eval(project, D1, double, scores=[exact, sboom])

    rows = rows_of(project, outcome)
    root, failed = named(rows, "eval"), named(rows, "sboom")
    assert (root["error"], root["metadata"]["m"]) == (None, 1)
    assert "RuntimeError: score boom" in root["metadata"]["scorer_errors"]["sboom"]
    assert (failed["error"] is not None, failed["scores"]) == (True, None)
    assert outcome.results[0].scores == {"exact": True}
    told = capsys.readouterr().err
    assert "Found exceptions for the following scorers: sboom [RuntimeError" in told
    assert "(first in the case 1)" in told


def test_v05_only_the_missing_scores_are_made_up(project: str) -> None:
    asked: list[Any] = []

    def handler(span: otel_bridge.Span, case: Any, missing: Any) -> dict[str, float]:
        asked.extend(missing)
        return otel_bridge.default_error_score_handler(span, case, missing)

    outcome = Eval(project, D1, double, scores=[exact, sboom], error_score_handler=handler)

    assert rows_of(project, outcome)[0]["scores"] == {"sboom": 0}
    assert outcome.results[0].scores == {"sboom": 0, "exact": True}
    assert asked == ["sboom"]


def test_v06_a_scorer_gives_several_scores(project: str) -> None:
    def many() -> list[Any]:
        return [Score("a", 1, {"x": 1}), {"name": "b", "score": 0.5}, Score("a", 0)]

    row = named(rows_of(project, Eval(project, D1, double, scores=[many])), "many")

    assert row["scores"] == {"a": 0, "b": 0.5}
    assert row["output"] == {"a": {"score": 0}, "b": {"score": 0.5}}
    assert row["metadata"] == {"a": [{"x": 1}, {}], "b": {}}


def test_v07_a_score_that_does_not_count(project: str) -> None:
    def none() -> None: ...

    outcome = Eval(project, D1, double, scores=[none])

    row = named(rows_of(project, outcome), "none")
    assert (row["scores"], row["output"]) == ({"none": None}, {"score": None})
    assert outcome.results[0].scores == {"none": None}
    assert outcome.summary.scores == {}


def test_v08_scores_as_dictionaries(project: str) -> None:
    def dct() -> dict[str, Any]:
        return {"score": 0.3, "metadata": {"why": "z"}}

    def nm() -> dict[str, Any]:
        return {"name": "other", "score": 0.3}

    rows = rows_of(project, Eval(project, D1, double, scores=[dct, nm]))

    assert (named(rows, "dct")["scores"], named(rows, "dct")["metadata"]) == ({"dct": 0.3}, {"why": "z"})
    assert named(rows, "nm")["scores"] == {"other": 0.3}


def test_v09_no_scores_at_all(project: str) -> None:
    def none() -> list[Any]:
        return []

    row = named(rows_of(project, Eval(project, D1, double, scores=[none])), "none")

    assert (row["output"], row["scores"] or {}) == ({}, {})


def test_v10_nonsense_is_an_error_of_its_scorer() -> None:
    def text() -> str:
        return "0.5"

    def large() -> float:
        return 1.5

    def nothing() -> dict[str, Any]:
        return {}

    def nameless() -> list[Any]:
        return [{"score": 1}]

    def nan() -> float:
        return float("nan")

    def more() -> dict[str, Any]:
        return {"score": 1, "name": "x", "foo": 1}

    (result,) = Eval(
        "p", D1, double, scores=[text, large, nothing, nameless, nan, more], no_send_logs=True
    ).results

    errors = {
        name: text.rstrip().rpartition("\n")[2] for name, text in result.metadata["scorer_errors"].items()
    }
    assert errors["text"].startswith("TypeError")
    assert errors["large"] == "ValueError: score (1.5) must be between 0 and 1"
    assert errors["nothing"] == "ValueError: When returning a dict, it must be a valid Score object. Got: {}"
    assert errors["nameless"].startswith(
        "ValueError: When returning an array of scores, each score must be a valid"
    )
    assert errors["nan"] == "ValueError: score (nan) must be between 0 and 1"
    assert result.scores == {"x": 1}


def test_v11_lambdas_are_numbered(project: str) -> None:
    rows = rows_of(project, Eval(project, D1, double, scores=[lambda: 1, lambda: 0]))

    assert set(names(rows)) == {"eval", "task", "scorer_0", "scorer_1"}


def test_v12_classifiers(project: str) -> None:
    def cls() -> dict[str, Any]:
        return {"id": "pos", "label": "Positive", "metadata": {"c": 1}}

    def cls2() -> list[Any]:
        return [{"id": "a", "name": "n"}, Classification("b", "n")]

    def cls3() -> dict[str, Any]:
        return {"label": "x"}

    rows = rows_of(project, Eval(project, D1, double, classifiers=[cls, cls2, cls3]))

    root = named(rows, "eval")
    assert root["classifications"] == {
        "cls": [{"id": "pos", "label": "Positive", "metadata": {"c": 1}}], "n": [{"id": "a"}, {"id": "b"}],
    }  # fmt: skip
    assert set(root["metadata"]["classifier_errors"]) == {"cls3"}
    assert named(rows, "cls")["span_attributes"]["type"] == "classifier"


def test_v13_something_must_judge() -> None:
    with pytest.raises(ValueError, match="At least one of `scores` or `classifiers` must be provided"):
        Eval("p", D1, double)


class Cases:
    def __iter__(self) -> Iterator[Any]:
        return iter(D1)


class CallableCases:
    def __call__(self) -> Any:
        return D1


async def a_list() -> list[Any]:
    return D1


async def a_stream() -> AsyncIterator[Any]:
    for case in D1:
        yield case


@pytest.mark.parametrize("data", [a_stream, a_stream(), Cases, Cases(), lambda: D1, iter(D1)])
def test_v14_data_of_many_kinds(data: Any) -> None:
    assert len(Eval("p", data, double, scores=[], no_send_logs=True).results) == 1


@pytest.mark.parametrize("data", [a_list, CallableCases(), None])
def test_v14_data_that_gives_no_cases(data: Any) -> None:
    with pytest.raises(TypeError):
        Eval("p", data, double, scores=[], no_send_logs=True)


@pytest.mark.parametrize(
    ("case", "error"),
    [
        pytest.param({"expected": 1}, TypeError, id="no-input"),
        pytest.param("x", AttributeError, id="text"),
        pytest.param({"input": 1, "tags": ["a", "a"]}, ValueError, id="tags"),
    ],
)
def test_v15_a_case_that_is_none_ends_the_evaluation(case: Any, error: type[Exception]) -> None:
    assert Eval("p", [{"input": 1, "foo": 2}], double, scores=[], no_send_logs=True).results[0].output == 2
    with pytest.raises(error):
        Eval("p", [case], double, scores=[], no_send_logs=True)


def test_v16_trials(project: str) -> None:
    def task(input: int, hooks: Any) -> list[int]:
        return [input, hooks.trial_index]

    outcome = Eval(project, [{"input": 1, "trial_count": 3}, {"input": 2}], task, scores=[], trial_count=2)

    assert [result.output for result in outcome.results] == [[1, 0], [1, 1], [1, 2], [2, 0], [2, 1]]
    assert names(rows_of(project, outcome))["eval"] == 5


def test_v17_no_trials(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Eval("p", D1, double, scores=[], trial_count=0, no_send_logs=True)

    assert outcome.results == []
    assert (
        "Warning: no data rows found for evaluator 'p'. The experiment will be empty."
        in capsys.readouterr().err
    )


def test_v18_hooks_change_the_case(project: str) -> None:
    seen: list[Any] = []

    def task(input: int, hooks: Any) -> int:
        hooks.metadata["added"] = 1
        hooks.tags.append("t")
        hooks.meta(k=2)
        assert otel_bridge.current_span() is hooks.span
        return input

    def look(metadata: Any, tags: Any) -> int:
        seen.append((metadata, tags))
        return 1

    rows = rows_of(project, Eval(project, [{"input": 1, "tags": ["z"]}], task, scores=[look]))

    assert (rows[0]["metadata"], rows[0]["tags"]) == ({"added": 1, "k": 2}, ["z", "t"])
    assert seen == [({"added": 1, "k": 2}, ["z", "t"])]


def test_v19_the_second_parameter_gets_the_hooks() -> None:
    def outputs(task: Any) -> Any:
        (result,) = Eval("p", D1, task, scores=[], no_send_logs=True).results
        return result.output if result.error is None else type(result.error)

    assert outputs(lambda _, k=5: type(k).__name__) == "DictEvalHooks"
    assert outputs(lambda *a: len(a)) == 1
    assert outputs(lambda a, b, c: a + b + c) is TypeError


def test_v20_scorers_get_what_they_name() -> None:
    seen: list[Any] = []

    def s(a: Any, b: Any, c: Any, d: Any) -> None:
        seen.append((a, b, c, d))

    def default(output: Any, expected: Any = "DEF") -> None:
        seen.append((output, expected))

    def everything(**kw: Any) -> None:
        seen.append(sorted(kw))

    def positional(output: Any, /) -> int:
        return int(output)

    (result,) = Eval("p", D1, double, scores=[s, default, everything, positional], no_send_logs=True).results

    assert (1, 2, {"m": 1}, 2) in seen
    assert (2, 2) in seen
    assert ["expected", "id", "input", "metadata", "output", "tags", "trace"] in seen
    assert set(result.metadata["scorer_errors"]) == {"positional"}


async def sleeping(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


def test_v21_the_time_is_over_in_a_task(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    begin_s = time.monotonic()
    with pytest.raises(TimeoutError, match="Evaluator timed out") as raised:
        Eval(
            project,
            [{"input": 0.01}, {"input": 100}],
            sleeping,
            scores=[exact],
            timeout=5,
            experiment_name="e",
        )

    assert time.monotonic() - begin_s < 60
    partial = raised.value.partial  # type: ignore[attr-defined]  # see `Eval`
    assert [result.output for result in partial.results] == [0.01]
    assert "e (partial)" in capsys.readouterr().out
    rows = rows_in(project, "e")
    assert names(rows) == {"eval": 2, "task": 2, "exact": 1}
    stopped = [row for row in rows if row["error"]]
    assert [row["span_attributes"]["name"] for row in stopped] == ["eval", "task"]
    assert all("CancelledError" in row["error"] and row["metrics"]["end"] for row in stopped)


def test_v22_the_time_is_over_in_a_scorer(project: str) -> None:
    async def slow() -> float:
        return await sleeping(100)

    def fast() -> int:
        return 1

    with pytest.raises(TimeoutError):
        Eval(project, D1, double, scores=[slow, fast], timeout=5, experiment_name="e")

    rows = rows_in(project, "e")
    root = named(rows, "eval")
    assert (root["output"], root["metadata"], "CancelledError" in root["error"]) == (2, {"m": 1}, True)
    assert "CancelledError" in named(rows, "slow")["error"]
    assert named(rows, "fast")["scores"] == {"fast": 1}


def test_v23_it_is_cancelled(project: str) -> None:
    event = threading.Event()

    async def begins_to_sleep(input: float) -> float:
        event.set()
        return await sleeping(input)

    with pytest.raises(asyncio.CancelledError, match="Evaluator cancelled"):
        Eval(project, [{"input": 20}], begins_to_sleep, scores=[], cancel_event=event, experiment_name="e")
    assert names(rows_in(project, "e")) == {"eval": 1, "task": 1}

    with pytest.raises(asyncio.CancelledError):
        Eval(project, [{"input": 20}], sleeping, scores=[], cancel_event=event, experiment_name="f")
    assert all(row["error"] for row in rows_in(project, "f"))


@pytest.mark.parametrize(("limit", "most"), [(2, 2), (None, 8)])
def test_v24_cases_at_the_same_time(limit: int | None, most: int) -> None:
    active: list[int] = [0, 0]

    async def task(input: int) -> int:
        active[0] += 1
        active[1] = max(active)
        await asyncio.sleep(0.02)
        active[0] -= 1
        return input

    Eval("p", [{"input": n} for n in range(8)], task, scores=[], max_concurrency=limit, no_send_logs=True)

    assert active[1] == most


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_v25_an_interrupt_in_a_task_ends_all_and_closes_its_rows(
    project: str, error: type[BaseException]
) -> None:
    def task(_: int) -> None:
        raise error

    with pytest.raises(error):
        Eval(project, D1, task, scores=[], experiment_name="e")

    assert [bool(row["metrics"]["end"]) for row in rows_in(project, "e")] == [True, True]


def test_v27_where_a_case_comes_from(project: str) -> None:
    given = {"object_type": "project_logs", "object_id": "o", "id": "i"}
    data = [
        {"input": 1, "id": "i", "_xact_id": "7"},
        {"input": 2, "origin": {**given, "zzz": 1}},
        {"input": 3, "origin": {**given, "object_type": "foo"}},
    ]

    outcome = Eval(project, data, double, scores=[])

    assert [result.origin for result in outcome.results] == [None, given, None]
    roots = [row for row in rows_of(project, outcome) if row["is_root"]]
    assert {row["input"]: row["origin"] for row in roots} == {1: None, 2: given, 3: None}


def test_v28_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")
    otel_bridge.init_logger("p")

    @otel_bridge.traced
    def task(x: int) -> int:
        return x

    scores: list[Any] = [lambda output: 1 if output == 1 else None, lambda: 0.5]
    outcome = Eval("p", [{"input": 1}, {"input": 2}], task, scores=scores, no_send_logs=True)

    assert "100.00% 'scorer_0' score\n50.00% 'scorer_1' score" in str(outcome.summary).replace(
        "'  score", "' score"
    )
    assert (outcome.summary.metrics, outcome.summary.experiment_url) == ({}, None)
    assert otel_bridge.stats().spans.accepted == 0


def test_v29_cases_under_a_span_of_another_process(project: str) -> None:
    logger = otel_bridge.init_logger(project)
    with logger.start_span("outer") as outer:
        outcome = Eval(project, D1, double, scores=[exact], parent=outer.export())
    otel_bridge.flush()

    rows = logger.account.request(
        "POST", "/btql", json={"query": f"select: * | from: project_logs('{project}')"}
    )["data"]
    assert {row["span_attributes"]["name"] for row in rows} == {"outer", "eval", "task", "exact"}
    assert named(rows, "eval")["span_parents"] == [outer.span_id]
    assert (outcome.summary.experiment_id, outcome.summary.scores["exact"].score) == (None, 1)


def test_v30_tasks_report_how_far_they_are(project: str) -> None:
    events: list[Any] = []
    begun: list[Any] = []

    def task(input: int, hooks: Any) -> int:
        hooks.report_progress({"format": "code", "output_type": "any", "event": "text_delta", "data": "x"})
        return input

    outcome = Eval(project, D1, task, scores=[], stream=events.append, on_start=begun.append)

    (event,) = events
    root = rows_of(project, outcome)[0]
    assert event == {
        "id": root["id"], "name": project, "object_type": "task", "format": "code", "output_type": "any",
        "event": "text_delta", "data": "x",
    }  # fmt: skip
    assert (begun[0].experiment_name, begun[0].comparison.status) == (
        outcome.summary.experiment_name,
        "skipped",
    )


def test_v31_the_cases_of_the_base_experiment(project: str) -> None:
    with pytest.raises(LookupError, match=r"BaseExperiment\(\) failed to fetch base experiment"):
        Eval(project, BaseExperiment(), double, scores=[])
    with pytest.raises(ValueError, match=r"Cannot use BaseExperiment\(\) without connecting to Braintrust"):
        Eval(project, BaseExperiment(), double, scores=[], no_send_logs=True)
    Eval(project, D1, double, scores=[], experiment_name="base")

    outcome = Eval(project, BaseExperiment("base"), double, scores=[exact])

    (result,) = outcome.results
    assert (result.input, result.expected, result.scores) == (1, 2, {"exact": True})
    assert outcome.summary.comparison_experiment_name == "base"


def test_v32_reporters_and_loops(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="Must specify a reporter object, not a name"):
        Eval("p", D1, double, scores=[], reporter="rx")

    async def inside() -> Any:
        task: Any = Eval("p", D1, double, scores=[], no_send_logs=True)
        assert isinstance(task, asyncio.Task)
        return (await task, await EvalAsync("p", D1, double, scores=[], no_send_logs=True))

    for outcome in asyncio.run(inside()):
        assert outcome.results[0].output == 2
    assert "recommended to use `await EvalAsync()`" in caplog.text


def test_v42_whole_cases_are_checked(project: str) -> None:
    experiment: Any = otel_bridge.init(project)

    for scores, text in (({"s": 2}, "between 0 and 1"), ({"s": "a"}, "must be numbers")):
        with pytest.raises(ValueError, match=text):
            experiment.log(input=1, output=1, scores=scores)
    experiment.log(input=1, output=1, scores={"s": True})
    assert next(iter(experiment))["scores"] == {"s": 1}


def test_v45_a_scorer_that_is_cancelled_ends_all(project: str) -> None:
    def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        Eval(project, D1, double, scores=[cancelled], experiment_name="e")

    root = named(rows_in(project, "e"), "eval")
    assert (root["output"], "CancelledError" in root["error"]) == (2, True)


def test_v46_a_base_that_is_missing_is_warned_of(project: str, caplog: pytest.LogCaptureFixture) -> None:
    outcome = Eval(
        project, D1, double, scores=[], base_experiment_name="nope", repo_info=RepoInfo(commit="abc")
    )

    assert "Base experiment nope not found." in caplog.text
    experiment: Any = otel_bridge.init(project, outcome.summary.experiment_name, update=True)
    assert experiment.data["repo_info"] == RepoInfo(commit="abc").as_dict()


def test_v49_what_happens_inside_belongs_to_the_case(project: str) -> None:
    found: list[Any] = []

    @otel_bridge.traced(name="inner", type="llm")
    def inner(x: int) -> int:
        return x

    async def look(trace: Any) -> int:
        found.append([span["span_attributes"]["name"] for span in await trace.get_spans()])
        found.append([span["span_attributes"]["name"] for span in await trace.get_spans(["llm"])])
        return inner(1)

    rows = rows_of(project, Eval(project, D1, inner, scores=[look]))

    assert found == [["eval", "task", "inner"], ["inner"]]
    parents = {row["span_id"]: row for row in rows}
    below = {
        parents[row["span_parents"][0]]["span_attributes"]["name"]: row["span_attributes"].get("purpose")
        for row in rows
        if row["span_attributes"]["name"] == "inner"
    }
    assert below == {"task": None, "look": "scorer"}


@pytest.fixture
def restored_sigint() -> Iterator[None]:
    """SIGINT as a program finds it, whatever earlier tests of this process have set."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.usefixtures("restored_sigint")
def test_v50_an_interrupt_keeps_what_was_done(project: str) -> None:
    begun = threading.Event()

    def task(input: float) -> float:
        time.sleep(0.01)
        if input > 1:
            begun.set()
        time.sleep(input)
        return input

    def interrupt() -> None:
        begun.wait(10)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt) as raised:
        Eval(project, [{"input": 0.01}, {"input": 3.0}], task, scores=[], experiment_name="e")

    assert [result.output for result in raised.value.partial.results] == [0.01]  # type: ignore[attr-defined]  # see `Eval`
    rows = rows_in(project, "e")
    assert names(rows) == {"eval": 2, "task": 2}
    assert all(row["metrics"]["end"] for row in rows)
    assert sum("CancelledError" in str(row["error"]) for row in rows) == 2
