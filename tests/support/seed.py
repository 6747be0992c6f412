"""Fill a running sidecar through its API, so that other checks meet it as it is after some days of use.

usage: python -m tests.support.seed URL
"""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import httpx

ROWS: Final = 200_000
_BATCH: Final = 2_000
_SPANS_OF_A_TRACE: Final = 5
_PROJECTS: Final = 4


def seed(url: str, rows: int = ROWS) -> None:
    """Write rows, and wait until they can be read."""
    with httpx.Client(base_url=url, timeout=120) as client:
        given = _rows(_places(client), rows)
        while batch := list(islice(given, _BATCH)):
            client.post("/logs3", json={"rows": batch, "api_version": 2}).raise_for_status()
        _wait(client)


def _places(client: httpx.Client) -> list[dict[str, str]]:
    """Return what the rows of each object carry: project logs, and an experiment and a dataset."""
    projects = [
        client.post("/v1/project", json={"name": f"seed-{number}"}).json()["id"]
        for number in range(_PROJECTS)
    ]
    experiment = client.post("/v1/experiment", json={"project_id": projects[0], "name": "seed"}).json()
    dataset = client.post("/v1/dataset", json={"project_id": projects[0], "name": "seed"}).json()
    return [
        *({"project_id": project, "log_id": "g"} for project in projects),
        {"experiment_id": experiment["id"]},
        {"dataset_id": dataset["id"]},
    ]


def _rows(places: list[dict[str, str]], wanted: int) -> Iterator[dict[str, Any]]:
    for number in range(wanted):
        trace, place_in_trace = divmod(number, _SPANS_OF_A_TRACE)
        root = f"seed-{trace}-0"
        start = 1_760_000_000 + trace
        yield {
            **places[trace % len(places)],
            "id": f"seed-{trace}-{place_in_trace}",
            "span_id": f"seed-{trace}-{place_in_trace}",
            "root_span_id": root,
            "span_parents": [root] if place_in_trace else None,
            "input": {"question": f"how does part {number} work?", "history": ["said before"] * 5},
            "output": f"part {number} works like part {number - 1}",
            "expected": f"answer {trace}",
            "metadata": {"user_id": f"user-{trace % 500}", "model": "gpt-5-mini"},
            "metrics": {"start": start, "end": start + 1.5, "prompt_tokens": 120, "completion_tokens": 40},
            "scores": {"helpful": (trace % 10) / 10},
            "tags": ["seed"],
            "span_attributes": {
                "name": f"step {place_in_trace}",
                "type": "llm" if place_in_trace else "task",
            },
        }


def _wait(client: httpx.Client) -> None:
    """Read until a read is complete: the store has what was acknowledged."""
    while True:
        answer = client.post(
            "/btql", json={"query": "measures: count(1) as n | from: project_logs('seed-0')"}
        )
        answer.raise_for_status()
        if all(warning["code"] != "storeBehind" for warning in answer.json()["warnings"]):
            return


if __name__ == "__main__":
    seed(sys.argv[1])
