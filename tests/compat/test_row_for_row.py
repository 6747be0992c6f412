"""The same program with `braintrust` and with `otel_bridge`, against one sidecar: equal rows, but for ids and times.

Each program of `programs/` runs with both, once with its spans as rows by `/logs3`, once by OTLP. What differs
on purpose (docs/app-api.md) is not in them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.collector import Collector, running_collector

PROGRAMS: Final = sorted(Path(__file__).with_name("programs").glob("*.txt"))

RUNNER: Final = """
import pathlib
import {library} as braintrust
for path in map(pathlib.Path, {paths!r}):
    logger = braintrust.init_logger(project=path.stem + " of {library}")
    exec(compile(path.read_text(), "program.py", "exec"), {{"braintrust": braintrust, "logger": logger, "__name__": "p"}})
    braintrust.flush()
    braintrust.set_masking_function(None)
"""

WHERE_AND_WHEN: Final = frozenset({
    "id", "span_id", "root_span_id", "_xact_id", "_pagination_key", "created", "project_id", "org_id",
})  # fmt: skip

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

FRAME: Final = re.compile(r'  File "[^"]*/(?:braintrust|otel_bridge)/[^"]*", line .*\n(?:    .*\n)*')
"""A step of a traceback that is in one of the two libraries."""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("sidecar")
    with running_collector(folder / "data") as running:
        for library in ("braintrust", "otel_bridge"):
            run_programs(library, running, folder)
        yield running


def run_programs(library: str, collector: Collector, cwd: Path) -> None:
    """Run all programs, each with a logger of its own, in one process."""
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "x"}
    variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
    text = RUNNER.format(library=library, paths=[str(path) for path in PROGRAMS])
    subprocess.run(
        ["/usr/bin/env", *variables, sys.executable, "-W", "ignore", "-c", text],
        check=True,
        cwd=cwd,
        timeout=90,
    )


def rows_of(library: str, program: Path, collector: Collector) -> list[dict[str, Any]]:
    """The rows of a program in the order in which their spans were started."""
    rows: list[dict[str, Any]] = list(
        collector.query(f"select: * | from: project_logs('{program.stem} of {library}')")
    )
    rows.sort(key=lambda row: row["span_attributes"]["exec_counter"])
    for index, row in enumerate(rows):
        row["span_attributes"]["exec_counter"] = index
    return rows


def compared(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with numbers in the place of ids, and without times."""
    numbers = {row["span_id"]: index for index, row in enumerate(rows)}
    traces = list(dict.fromkeys(row["root_span_id"] for row in rows))
    return [
        {
            **without_times({name: value for name, value in row.items() if name not in WHERE_AND_WHEN}),
            "trace": traces.index(row["root_span_id"]),
            "span_parents": [numbers.get(parent) for parent in row["span_parents"] or []],
        }
        for row in rows
    ]


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    metrics = {name: (name in ("start", "end")) or value for name, value in (row["metrics"] or {}).items()}
    # Which library and which way it took; the rest of the context is compared.
    context = {
        name: value for name, value in (row["context"] or {}).items() if name not in ("span_origin", "otel")
    }
    # Masking leaves its proof in the metadata of our rows.
    metadata = {
        name: value
        for name, value in (row["metadata"] or {}).items()
        if not name.startswith("otel_bridge.mask")
    }
    comments = [{"comment": comment["comment"]} for comment in row["comments"] or []]
    shown = {
        **row, "metrics": metrics, "context": context, "comments": comments, "metadata": metadata,
        "audit_data": None, "error": without_our_frames(row["error"]),
    }  # fmt: skip
    plain: dict[str, Any] = json.loads(UUID.sub("uuid", json.dumps(shown)))
    return plain


def without_our_frames(error: object) -> object:
    return FRAME.sub("", error) if isinstance(error, str) else error


@pytest.mark.parametrize("program", [pytest.param(path, id=path.stem) for path in PROGRAMS])
def test_rows_are_those_of_braintrust(program: Path, collector: Collector) -> None:
    theirs = compared(rows_of("braintrust", program, collector))
    ours = compared(rows_of("otel_bridge", program, collector))

    assert len(theirs) > 0
    assert ours == theirs
