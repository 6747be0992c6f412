"""The old generation of the `braintrust` package for Python, unmodified, against the sidecar of BRAINTRUST_API_URL.

It runs in an environment of its own, where nothing else of this project is installed: every check asserts for itself.
"""

import json
import os
import sys
import traceback
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import braintrust

PROJECT = f"python-0.3-{uuid.uuid4().hex[:8]}"
logger = braintrust.init_logger(project=PROJECT)


def call(method: str, path: str, body: object) -> Any:
    """Ask the sidecar without the SDK."""
    request = urllib.request.Request(
        os.environ["BRAINTRUST_API_URL"] + path, method=method, data=json.dumps(body).encode()
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def logs(condition: str = "true") -> list[dict[str, Any]]:
    logger.flush()
    text = f"select: * | from: project_logs('{PROJECT}') | filter: {condition} | sort: created asc"
    rows: list[dict[str, Any]] = call("POST", "/btql", {"query": text, "fmt": "json"})["data"]
    return rows


def a_trace_becomes_a_tree() -> None:
    with logger.start_span(name="outer", input=1) as outer:
        outer.log(tags=["t"])
        with outer.start_span(name="inner", type="tool") as inner:
            inner.log(output=2, scores={"good": 0.5})
    first, second = logs()
    assert (first["is_root"], first["input"], first["tags"]) == (True, 1, ["t"])
    assert (second["span_parents"], second["output"]) == ([first["span_id"]], 2)
    braintrust.update_span(outer.export(), output="later")
    braintrust.flush()
    assert logs("name = 'outer'")[0]["output"] == "later"


def feedback_is_part_of_its_row() -> None:
    (row,) = logs("name = 'outer'")
    logger.log_feedback(
        id=row["id"], scores={"thumbs": 1}, comment="nice", expected="e", metadata={"by": "u"}
    )
    (row,) = logs("name = 'outer'")
    assert (row["scores"], row["expected"], row["metadata"]) == ({"thumbs": 1}, "e", None)
    assert [comment["comment"]["text"] for comment in row["comments"]] == ["nice"]


def experiments_are_compared() -> None:
    first = braintrust.init(PROJECT, experiment="first")
    first.log(input=1, output=1, expected=1, scores={"exact": 1})
    first.log(input=2, output=1, expected=2, scores={"exact": 0})
    assert first.summarize().scores["exact"].score == 0.5
    second = braintrust.init(PROJECT, experiment="second", base_experiment="first")
    second.log_feedback(id=second.log(input=1, output=1, scores={"exact": 0.5}), scores={"human": 1})
    summary = second.summarize()
    assert summary.comparison_experiment_name == "first"
    assert (summary.scores["exact"].diff, summary.scores["human"].score) == (-0.5, 1)
    assert second.fetch_base_experiment().name == "first"
    assert braintrust.init(PROJECT, experiment="first").name != "first"


def an_experiment_is_opened_again() -> None:
    opened = braintrust.init(PROJECT, experiment="first", open=True)
    assert sorted(row["input"] for row in opened) == [1, 2]
    assert len(list(opened.as_dataset())) == 2
    assert braintrust.init(PROJECT, experiment="first", update=True).id == opened.id


def a_dataset_keeps_its_versions() -> None:
    dataset = braintrust.init_dataset(PROJECT, name="cases")
    dataset.insert(id="a", input=1, expected=1, metadata={"k": 1})
    dataset.insert(id="b", input=2)
    dataset.flush()
    version = dataset.version
    dataset.update("a", metadata={"z": 1})
    dataset.delete("b")
    dataset.flush()
    again = braintrust.init_dataset(PROJECT, name="cases")
    assert [(record["id"], record["metadata"]) for record in again] == [("a", {"k": 1, "z": 1})]
    assert again.summarize().data_summary.total_records == 1
    then = braintrust.init_dataset(PROJECT, name="cases", version=version)
    assert sorted((record["id"], record["metadata"]) for record in then if record["metadata"]) == [
        ("a", {"k": 1})
    ]
    assert len(list(then)) == 2


def an_evaluation_scores_a_dataset_and_an_experiment() -> None:
    for name, data in (
        ("of-dataset", braintrust.init_dataset(PROJECT, name="cases")),
        ("of-experiment", braintrust.BaseExperiment(name="first")),
    ):
        ran = braintrust.Eval(
            PROJECT,
            experiment_name=name,
            data=data,
            task=lambda _: 1,
            scores=[
                lambda input, output, expected: braintrust.Score(
                    name="exact", score=float(output == expected)
                )
            ],
        )
        assert ran.summary.scores["exact"].score == (1 if name == "of-dataset" else 0.5)


def a_prompt_is_loaded_by_version() -> None:
    def content(text: str) -> dict[str, Any]:
        return {"prompt": {"type": "completion", "content": text}, "options": {"model": "m"}}

    fields = {"project_id": logger.project.id, "name": "P", "slug": "p", "prompt_data": content("one")}
    made = call("POST", "/v1/prompt", fields)
    call("PATCH", f"/v1/prompt/{made['id']}", {"prompt_data": content("two")})
    assert braintrust.load_prompt(PROJECT, "p").build()["prompt"] == "two"
    assert braintrust.load_prompt(PROJECT, "p", version=made["_xact_id"]).build()["prompt"] == "one"


def prompts_are_published() -> None:
    project = braintrust.projects.create(PROJECT)
    project.prompts.create(name="Q", slug="q", model="m", prompt="say", if_exists="replace")
    project.publish()
    assert braintrust.load_prompt(PROJECT, "q").name == "Q"


def attachments_come_back() -> None:
    attachment = braintrust.Attachment(data=b"hello", filename="a.txt", content_type="text/plain")
    logger.log(id="attached", input={"text": attachment}, allow_concurrent_with_spans=True)
    (row,) = logs("id = 'attached'")
    assert braintrust.logger.ReadonlyAttachment(row["input"]["text"]).data == b"hello"


CHECKS: tuple[Callable[[], None], ...] = (
    a_trace_becomes_a_tree,
    feedback_is_part_of_its_row,
    experiments_are_compared,
    an_experiment_is_opened_again,
    a_dataset_keeps_its_versions,
    an_evaluation_scores_a_dataset_and_an_experiment,
    a_prompt_is_loaded_by_version,
    prompts_are_published,
    attachments_come_back,
)


def main() -> int:
    """Run every check, and return how many failed."""
    failures = 0
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            check()
        except Exception:
            failures += 1
            print(f"FAIL {name}\n{traceback.format_exc()}")
        else:
            print(f"ok   {name}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
