"""The real `braintrust` package with its native transport, unmodified, against a running sidecar."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

PREAMBLE: Final = """
import json, sys
import braintrust
logger = braintrust.init_logger(project=sys.argv[1])
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


def run_app(collector: Collector, cwd: Path, project: str, program: str) -> Any:
    """Run a program of the SDK in a process of its own, and return the JSON list that it printed last, if any."""
    variables = {
        "BRAINTRUST_API_URL": collector.api,
        "BRAINTRUST_APP_URL": collector.api,
        "BRAINTRUST_API_KEY": "x",
    }
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in variables.items()), sys.executable]
    ended = subprocess.run(
        [*command, "-c", PREAMBLE + program, project],
        check=True,
        cwd=cwd,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    )
    printed = ended.stdout.strip().splitlines()
    return json.loads(printed[-1]) if printed and printed[-1].startswith("[") else None


def rows_of(collector: Collector, project: str) -> list[dict[str, Any]]:
    return list(collector.query(f"select: * | from: project_logs('{project}') | sort: created asc"))


def test_a_trace_of_the_sdk_becomes_a_tree(collector: Collector, tmp_path: Path) -> None:
    run_app(
        collector,
        tmp_path,
        "tree",
        """
with logger.start_span(name="outer", input=1) as outer:
    with outer.start_span(name="inner", type="tool") as inner:
        inner.log(output=2, scores={"good": 1})
logger.flush()
""",
    )

    outer, inner = rows_of(collector, "tree")
    assert (outer["is_root"], outer["input"]) == (True, 1)
    assert inner["span_parents"] == [outer["span_id"]]
    assert (inner["output"], inner["scores"], inner["span_attributes"]["type"]) == (2, {"good": 1}, "tool")


def test_what_a_failing_masking_function_leaves_of_a_row_is_kept(
    collector: Collector, tmp_path: Path
) -> None:
    run_app(
        collector,
        tmp_path,
        "failing-mask",
        """
def fail(value):
    raise RuntimeError("the secret")
braintrust.set_masking_function(fail)
with logger.start_span(name="s", input="the secret", tags=["t"]) as span:
    span.log(output="the secret", metadata={"m": "the secret"}, scores={"good": 1})
logger.flush()
""",
    )

    (row,) = rows_of(collector, "failing-mask")
    message = "ERROR: Failed to mask field '{}' - RuntimeError"
    assert {field: row[field] for field in ("input", "output", "metadata", "context", "scores", "tags")} == {
        "input": message.format("input"),
        "output": message.format("output"),
        "metadata": {"error": message.format("metadata")},
        "context": message.format("context"),
        "scores": None,
        "tags": ["t"],
    }
    assert message.format("scores") in row["error"]


def test_a_masking_function_that_hides_everything_costs_no_row(collector: Collector, tmp_path: Path) -> None:
    run_app(
        collector,
        tmp_path,
        "hiding-mask",
        """
braintrust.set_masking_function(lambda value: "***")
with logger.start_span(name="s", input="x") as span:
    span.log(output="y", metadata={"m": 1}, scores={"good": 1})
logger.flush()
""",
    )

    (row,) = rows_of(collector, "hiding-mask")
    assert (row["input"], row["output"], row["context"], row["scores"]) == ("***", "***", "***", None)
    assert set(row["metadata"]["otel_bridge.left_out"]) == {"metadata", "metrics", "scores"}


def test_a_scorer_reads_the_conversation_of_its_trace(collector: Collector, tmp_path: Path) -> None:
    said = run_app(
        collector,
        tmp_path,
        "conversation",
        """
asked = [{"role": "user", "content": "hi"}]
answered = [{"index": 0, "message": {"role": "assistant", "content": "hello"}}]
threads = []
def task(input):
    with braintrust.start_span(name="call", type="llm", input=asked) as span:
        span.log(output=answered)
    return "hello"
async def has_two(trace):
    threads.append(await trace.get_thread())
    return len(threads[-1]) == 2
braintrust.Eval(sys.argv[1], data=[{"input": 1}], task=task, scores=[has_two])
print(json.dumps(threads))
""",
    )

    assert said == [[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]]


def test_feedback_that_comes_before_its_row_is_kept(collector: Collector, tmp_path: Path) -> None:
    run_app(
        collector,
        tmp_path,
        "early",
        """
logger.log_feedback(id="r", scores={"thumbs": 1}, comment="nice")
logger.flush()
logger.log(id="r", input="i", scores={"auto": 0.5})
logger.flush()
""",
    )

    (row,) = rows_of(collector, "early")
    assert row["scores"] == {"auto": 0.5, "thumbs": 1}
    assert [comment["comment"]["text"] for comment in row["comments"]] == ["nice"]


def test_an_evaluation_is_summed_up_against_the_one_before(collector: Collector, tmp_path: Path) -> None:
    evaluate = """
braintrust.Eval(
    "evals", data=lambda: [{"input": n, "expected": n} for n in (1, 2)], task=lambda n: n * FACTOR,
    scores=[lambda input, output, expected: braintrust.Score(name="exact", score=output == expected)],
    experiment_name=NAME,
)
"""
    run_app(collector, tmp_path, "evals", evaluate.replace("FACTOR", "2").replace("NAME", "'first'"))
    run_app(collector, tmp_path, "evals", evaluate.replace("FACTOR", "1").replace("NAME", "'second'"))

    summary = run_app(
        collector,
        tmp_path,
        "evals",
        """
experiment = braintrust.init(project="evals", experiment="second", update=True)
summary = experiment.summarize()
score = summary.scores["exact"]
print(json.dumps([summary.comparison_experiment_name, score.score, score.improvements]))
""",
    )
    assert summary == ["first", 1, 2]


def test_a_dataset_is_read_back(collector: Collector, tmp_path: Path) -> None:
    records = run_app(
        collector,
        tmp_path,
        "data",
        """
dataset = braintrust.init_dataset(project="data", name="cases")
dataset.insert(id="a", input=1, expected=2)
dataset.insert(id="b", input=3)
dataset.flush()
dataset.delete("b")
dataset.flush()
again = braintrust.init_dataset(project="data", name="cases")
print(json.dumps([[record["id"], record["expected"]] for record in again]))
""",
    )
    assert records == [["a", 2]]


def test_a_prompt_is_loaded_in_the_version_that_is_asked_for(collector: Collector, tmp_path: Path) -> None:
    contents = run_app(
        collector,
        tmp_path,
        "prompts",
        """
import urllib.request, os
def call(method, path, body):
    request = urllib.request.Request(
        os.environ["BRAINTRUST_API_URL"] + path, method=method, data=json.dumps(body).encode()
    )
    return json.load(urllib.request.urlopen(request))
def data(text):
    return {"prompt": {"type": "completion", "content": text}, "options": {"model": "m"}}
made = call("POST", "/v1/prompt", {
    "project_id": logger.id, "name": "P", "slug": "p", "prompt_data": data("one")})
call("PATCH", "/v1/prompt/" + made["id"], {"prompt_data": data("two")})
latest = braintrust.load_prompt(project="prompts", slug="p").build()["prompt"]
first = braintrust.load_prompt(project="prompts", slug="p", version=made["_xact_id"]).build()["prompt"]
print(json.dumps([latest, first]))
""",
    )
    assert contents == ["two", "one"]


def test_a_batch_above_the_limit_takes_the_way_round(collector: Collector, tmp_path: Path) -> None:
    run_app(collector, tmp_path, "large", 'logger.log(input="big", output="x" * (7 << 20))\nlogger.flush()\n')

    (row,) = rows_of(collector, "large")
    assert len(row["output"]) == 7 << 20


def test_a_dataset_is_read_as_it_was(collector: Collector, tmp_path: Path) -> None:
    then, by_environment, now = run_app(
        collector,
        tmp_path,
        "versions",
        """
import os, urllib.request
dataset = braintrust.init_dataset(project="versions", name="cases")
dataset.insert(id="a", input=1, metadata={"k": 1})
dataset.insert(id="b", input=2)
dataset.flush()
version = dataset.version
dataset.update("a", metadata={"z": 1})
dataset.delete("b")
dataset.flush()
path = os.environ["BRAINTRUST_API_URL"] + "/environment-object/dataset/" + dataset.id + "/production"
body = json.dumps({"object_version": version}).encode()
urllib.request.urlopen(urllib.request.Request(path, method="PUT", data=body))
def records(**chosen):
    found = braintrust.init_dataset(project="versions", name="cases", **chosen)
    return sorted([record["id"], record["metadata"]] for record in found)
print(json.dumps([records(version=version), records(environment="production"), records()]))
""",
    )

    assert then == by_environment == [["a", {"k": 1}], ["b", None]]
    assert now == [["a", {"k": 1, "z": 1}]]


def test_the_versions_of_a_prompt_are_found(collector: Collector, tmp_path: Path) -> None:
    contents = run_app(
        collector,
        tmp_path,
        "prompt-versions",
        """
from braintrust.logger import get_prompt_versions
project = braintrust.projects.create("prompt-versions")
for text in ("one", "two"):
    project = braintrust.projects.create("prompt-versions")
    project.prompts.create(name="P", slug="p", model="m", prompt=text, if_exists="replace")
    project.publish()
prompt = braintrust.load_prompt("prompt-versions", "p")
versions = get_prompt_versions(prompt.project_id, prompt.id)
load = lambda version: braintrust.load_prompt("prompt-versions", "p", version=version).build()["prompt"]
print(json.dumps([load(version) for version in versions]))
""",
    )

    assert contents == ["two", "one"]


def test_feedback_names_its_row_by_span_or_trace(collector: Collector, tmp_path: Path) -> None:
    run_app(
        collector,
        tmp_path,
        "names",
        """
with logger.start_span(name="outer") as span:
    logger.log_feedback(id=span.span_id, scores={"by_span": 1})
    logger.log_feedback(id=span.root_span_id, scores={"by_trace": 0})
    logger.flush()
logger.flush()
""",
    )

    (row,) = rows_of(collector, "names")
    assert row["scores"] == {"by_span": 1, "by_trace": 0}


def test_spans_of_the_sdk_and_of_opentelemetry_are_one_tree(collector: Collector, tmp_path: Path) -> None:
    run_app(
        collector,
        tmp_path,
        "mixed",
        """
import os
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
with logger.start_span(name="native") as span:
    headers = {"x-bt-parent": span.export()}
    exporter = OTLPSpanExporter(os.environ["BRAINTRUST_API_URL"] + "/otel/v1/traces", headers=headers)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("app").start_as_current_span("foreign"):
        pass
logger.flush()
""",
    )

    (trace,) = collector.query("select: * | from: project_logs('mixed') summary")
    native, foreign = sorted(rows_of(collector, "mixed"), key=lambda row: bool(row["span_parents"]))
    assert trace["root_span_id"] == native["root_span_id"] == foreign["root_span_id"]
    assert foreign["span_parents"] == [native["span_id"]]
