"""The real `braintrust` SDK and ours invoke the same functions at a sidecar: equal results, equal errors, equal rows."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import braintrust
import braintrust.logger
import pytest

import otel_bridge
from otel_bridge import state
from tests.support.functions import CHAT, Ground, ground, save_function, save_scorer
from tests.support.prompts import save_prompt

pytestmark = pytest.mark.one_python

REAL: Any = braintrust
OURS: Any = otel_bridge
SDKS = (OURS, REAL)
SAME = "def handler(output, expected):\n  return {'name': 'same', 'score': float(output == expected)}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("functions")) as running:
        yield running


@pytest.fixture
def here(shared: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    for name, value in (
        ("API_URL", shared.collector.api),
        ("APP_URL", shared.collector.api),
        ("API_KEY", "any"),
    ):
        monkeypatch.setenv(f"BRAINTRUST_{name}", value)
    braintrust.logger._internal_reset_global_state()
    shared.provider.faults.clear()
    fresh = state.Process()
    for each in fields(fresh):
        setattr(state.process, each.name, getattr(fresh, each.name))
    yield shared
    for pipeline in list(state.process.pipelines):
        pipeline.shutdown()
    braintrust.logger._internal_reset_global_state()


@pytest.fixture
def project(here: Ground, request: pytest.FixtureRequest) -> str:
    name = f"of {request.node.name}"
    save_prompt(here.collector.api, name, CHAT, slug="greet")
    save_scorer(here.collector.api, name, "polite", {"yes": 0.75, "no": 0})
    save_function(here.collector.api, name, SAME, slug="same", function_type="scorer")
    save_function(here.collector.api, name, "def handler(x): return 1 / x", slug="divide")
    return name


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        pytest.param({"slug": "greet", "input": {"name": "Ann"}}, "hi", id="a prompt"),
        pytest.param({"slug": "polite", "input": {"output": "x"}}, {"name": "Polite", "score": 0.75, "metadata": {"choice": "yes"}}, id="a scorer that asks a model"),
        pytest.param({"slug": "same", "input": {"output": 1, "expected": 1}}, {"name": "same", "score": 1}, id="code"),
        pytest.param({"global_function": "ExactMatch", "input": {"output": 1, "expected": 1}}, {"name": "ExactMatch", "score": 1, "metadata": {}}, id="a scorer of all projects"),
    ],
)  # fmt: skip
def test_both_get_the_same_whole_and_as_a_stream(
    here: Ground, project: str, arguments: dict[str, Any], value: Any
) -> None:
    del here
    named = arguments if "slug" not in arguments else {"project_name": project, **arguments}

    assert [sdk.invoke(**named) for sdk in SDKS] == [value] * 2
    streams = [sdk.invoke(**named, stream=True) for sdk in SDKS]
    ours, theirs = (
        [(chunk.type, getattr(chunk, "data", None)) for chunk in stream.copy()] for stream in streams
    )
    assert ours == theirs
    assert [stream.final_value() for stream in streams] == [value] * 2


def test_both_get_the_same_asynchronously(here: Ground, project: str) -> None:
    del here

    async def both() -> list[Any]:
        return [await sdk.invoke_async(project_name=project, slug="greet") for sdk in SDKS]

    assert asyncio.run(both()) == ["hi"] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="code is sealed by Linux's kernel")
def test_what_fails_is_the_same_error_to_both(here: Ground, project: str) -> None:
    del here
    for sdk in SDKS:
        with pytest.raises(sdk.BraintrustInvokeError, match="division by zero"):
            sdk.invoke(project_name=project, slug="divide", input={"x": 0})


def test_what_is_not_there_is_no_failed_function_to_either(here: Ground, project: str) -> None:
    del here
    for sdk in SDKS:
        with pytest.raises(Exception, match="no function or prompt") as raised:
            sdk.invoke(project_name=project, slug="nope")
        assert not isinstance(raised.value, sdk.BraintrustInvokeError)


def test_the_rows_stand_under_the_span_of_the_app(here: Ground, project: str) -> None:
    for sdk in SDKS:
        logger = sdk.init_logger(project=project)
        with logger.start_span(name="app") as span:
            sdk.invoke(
                project_name=project, slug="greet", input={"name": "Ann"}, tags=["t"], metadata={"m": 1}
            )
        sdk.flush()
        rows = [row for row in here.rows(project) if row["root_span_id"] == span.root_span_id]

        by_name = {row["span_attributes"]["name"]: row for row in rows}
        assert sorted(by_name) == ["Chat Completion", "Greet", "app"]
        assert by_name["Greet"]["span_parents"] == [by_name["app"]["span_id"]]
        assert by_name["Chat Completion"]["span_parents"] == [by_name["Greet"]["span_id"]]
        assert (by_name["Greet"]["input"], by_name["Greet"]["output"]) == ({"name": "Ann"}, "hi")


def test_evaluations_with_functions_as_task_and_scorers_are_equal(here: Ground, project: str) -> None:
    found: list[Any] = []
    for sdk in SDKS:
        result = sdk.Eval(
            project,
            experiment_name=f"by {sdk.__name__}",
            data=[{"input": {"name": "Ann"}, "expected": "hi"}],
            task=sdk.init_function(project, "greet"),
            scores=[sdk.init_function(project, "same"), sdk.init_function(project, "polite")],
        )
        sdk.flush()
        rows = here.collector.query(f"select: * | from: experiment('{result.summary.experiment_id}')")
        found.append((result.results[0].output, result.results[0].scores, tree(rows)))

    assert found[0] == found[1]
    assert found[0][:2] == ("hi", {"same": 1, "Polite": 0.75})
    assert ("eval", f"init_function-{project}-polite-latest", "Polite", "Chat Completion") in found[0][2]
    assert {purpose for path, purpose in found[0][2].items() if "Polite" in path} == {"scorer"}
    assert found[0][2]["eval", "task", "Greet", "Chat Completion"] is None


def tree(rows: list[Any]) -> dict[tuple[str, ...], Any]:
    """The names from the root to each row, and its purpose."""
    by_id = {row["span_id"]: row for row in rows}

    def path(row: Any) -> tuple[str, ...]:
        above = by_id.get((row["span_parents"] or [""])[0])
        return (*(path(above) if above else ()), row["span_attributes"]["name"])

    return {path(row): row["span_attributes"].get("purpose") for row in rows}
