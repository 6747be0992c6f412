"""The same evaluations with `braintrust` and with `otel_bridge`, against one sidecar: equal summaries, results and rows.

Each program of `evaluations/` runs with both in a process of its own; `tell` keeps what `Eval` returned. Ids, times and names that a
server makes up are left out. What differs on purpose (docs/app-api.md) is not in them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.compat.test_row_for_row import compared
from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

PROGRAMS: Final = sorted(Path(__file__).with_name("evaluations").glob("*.txt"))
LIBRARIES: Final = ("braintrust", "otel_bridge")

RUNNER: Final = """
import json, pathlib, sys, warnings
import {library} as braintrust
for path in map(pathlib.Path, {paths!r}):
    outcomes = []
    project = path.stem + " of {library}"
    exec(compile(path.read_text(), "program.py", "exec"), {{"braintrust": braintrust, "project": project, "tell": outcomes.append, "__name__": "p"}})
    braintrust.flush()
    told = [
        {{
            "summary": outcome.summary.as_dict(),
            "results": [
                {{name: getattr(result, name) for name in (
                    "input", "output", "scores", "classifications", "expected", "metadata", "tags", "exc_info", "origin"
                )}} | {{"error": result.error and repr(result.error)}}
                for result in outcome.results
            ],
        }}
        for outcome in outcomes
    ]
    pathlib.Path(project + ".json").write_text(json.dumps(told))
"""

MADE_UP: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|experiment-[0-9a-f]{8}| of braintrust| of otel_bridge"
    r"|%20of%20(?:braintrust|otel_bridge)|\b1000\d{15}\b|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"
)
TIMES: Final = ("duration", "llm_duration")
FRAME: Final = re.compile(r'  File "(?!program\.py)[^"]*", line .*\n(?:    .*\n)*')
"""A step of a traceback outside of the program."""
CAUSE: Final = re.compile(r"(?s).*The above exception was the direct cause of the following exception:\n\n")
"""What Braintrust's checks raise before they raise what they say."""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        for library in LIBRARIES:
            run_programs(library, running)
        yield running


def run_programs(library: str, collector: Collector) -> None:
    """Run all programs in one process; what `Eval` returned lies in a file beside the sidecar's data."""
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "x"}
    variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
    text = RUNNER.format(library=library, paths=[str(path) for path in PROGRAMS])
    subprocess.run(
        ["/usr/bin/env", *variables, sys.executable, "-W", "ignore", "-c", text],
        check=True,
        cwd=collector.data_dir.parent,
        timeout=110,
        capture_output=True,
    )


def told(library: str, program: Path, collector: Collector) -> list[dict[str, Any]]:
    """What the evaluations of a program returned, without what differs from run to run."""
    text = (collector.data_dir.parent / f"{program.stem} of {library}.json").read_text()
    outcomes: list[dict[str, Any]] = json.loads(MADE_UP.sub("*", text))
    return [without_times(outcome) for outcome in outcomes]


def without_times(outcome: dict[str, Any]) -> dict[str, Any]:
    summary = outcome["summary"]
    for metrics in (summary["metrics"], summary["comparison"].get("metrics", {})):
        for name in TIMES:
            if name in metrics:
                metrics[name] = sorted(metrics[name])
    plain: dict[str, Any] = json.loads(json.dumps(outcome), object_hook=without_frames)
    return plain


def without_frames(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: CAUSE.sub("", FRAME.sub("", item)) if isinstance(item, str) else item
        for key, item in value.items()
    }


def rows_of(library: str, program: Path, collector: Collector) -> list[dict[str, Any]]:
    """The rows of all objects of a program: by experiment, in the order in which their spans began."""
    name = f"{program.stem} of {library}"
    ids = [each["id"] for each in objects(collector, name)]
    sources = [f"experiment('{object_id}')" for object_id in reversed(ids)]
    if program.stem == "parent":
        sources.append(f"project_logs('{name}')")
    return [
        row
        for source in sources
        for row in shown(list(collector.query(f"select: * | from: {source} | limit: 1000")))
    ]


def objects(collector: Collector, project: str) -> list[dict[str, Any]]:
    import httpx  # noqa: PLC0415 - only here

    answer = httpx.get(f"{collector.api}/v1/experiment", params={"project_name": project})
    found: list[dict[str, Any]] = answer.json()["objects"]
    return found


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows case by case, without what depends on which of several threads came first."""
    begun: dict[str, int] = {}
    rows.sort(key=lambda row: row["span_attributes"]["exec_counter"])
    for row in rows:
        begun.setdefault(row["root_span_id"], len(begun))
    rows.sort(key=lambda row: begun[row["root_span_id"]])
    for row in rows:
        row["span_attributes"].pop("exec_counter", None)
        row["context"] = None
        row["scores"] = row["scores"] or None  # an object without keys says nothing by OTLP
    found: list[dict[str, Any]] = json.loads(
        MADE_UP.sub("*", json.dumps(compared(rows))), object_hook=without_frames
    )
    return found


@pytest.mark.parametrize("program", [pytest.param(path, id=path.stem) for path in PROGRAMS])
def test_summaries_and_results_are_those_of_braintrust(program: Path, collector: Collector) -> None:
    theirs, ours = (told(library, program, collector) for library in LIBRARIES)

    assert len(theirs) > 0
    assert ours == theirs


@pytest.mark.parametrize("program", [pytest.param(path, id=path.stem) for path in PROGRAMS])
def test_rows_are_those_of_braintrust(program: Path, collector: Collector) -> None:
    theirs, ours = (rows_of(library, program, collector) for library in LIBRARIES)

    assert len(theirs) > 0 or program.stem == "no_send_logs"
    assert ours == theirs
