"""The whole path on one machine: a sidecar, a fake OpenAI server, an agent, its trace, a query.

Everything runs on free ports of 127.0.0.1 and in a temporary folder, and is stopped at the end.

Run: make demo
"""

import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from demo_app import PROJECT, QUESTION
from fake_openai import fake_openai
from rich.console import Console
from trace_tree import print_trace

COLLECTOR: Final = Path(sysconfig.get_path("scripts")) / "otel-bridge-collector"
APP: Final = Path(__file__).with_name("demo_app.py")
DEADLINE_S: Final = 30
LINE_WIDTH: Final = 160
TRACE: Final = f"from: project_logs('{PROJECT}') | select: * | sort: created asc | limit: 100"
FAILED: Final = (
    f"from: project_logs('{PROJECT}') | select: span_attributes.name as name, input, error"
    " | filter: error IS NOT NULL and span_attributes.type = 'tool' | limit: 10"
)


@contextmanager
def sidecar(data_dir: Path) -> Iterator[dict[str, str]]:
    """Run `otel-bridge-collector serve` on free ports; give its ready line."""
    free = "127.0.0.1:0"
    command = [
        str(COLLECTOR),
        "serve",
        "--data-dir",
        str(data_dir),
        "--otlp-grpc",
        free,
        "--otlp-http",
        free,
        "--api",
        free,
    ]
    with (
        (data_dir / "sidecar.log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        ready = process.stdout.readline() if process.stdout else ""
        if not ready:
            log.seek(0)
            sys.exit(f"the sidecar did not start:\n{log.read()}")
        try:
            yield json.loads(ready)
        finally:
            process.terminate()
            process.wait(timeout=DEADLINE_S)


def run_app(otlp_url: str, openai_url: str) -> None:
    """Run the agent as a process of its own, configured by the environment only."""
    environment = os.environ | {  # noqa: TID251 - the example hands its own environment on
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_url,
        "OPENAI_BASE_URL": openai_url,
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only",
    }
    subprocess.run(
        [sys.executable, str(APP)], env=environment, check=True, timeout=DEADLINE_S, stdout=subprocess.DEVNULL
    )


def query(api_url: str, text: str) -> list[dict[str, Any]]:
    """Ask the sidecar as any client would."""
    answer = httpx.post(f"{api_url}/btql", json={"query": text, "fmt": "json"}, timeout=DEADLINE_S)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def main() -> None:
    """Run everything and show the trace and one query."""
    console = Console(soft_wrap=True, width=LINE_WIDTH)
    started = time.monotonic()
    with (
        TemporaryDirectory(prefix="otel-bridge-demo-") as folder,
        sidecar(Path(folder)) as ready,
        fake_openai() as openai_url,
    ):
        console.print(
            f"sidecar ready after {time.monotonic() - started:.1f} s: OTLP on {ready['otlp_http']}, API on {ready['api']}"
        )
        console.print(f"asking the agent: {QUESTION}\n")
        run_app(ready["otlp_http"], openai_url)

        rows = query(ready["api"], TRACE)
        console.print(f"[bold]{len(rows)} rows of project {PROJECT!r}, as a tree[/bold]")
        print_trace(rows, console)

        console.print("\n[bold]the root as Braintrust stores it[/bold]")
        console.print_json(data=next(row for row in rows if row["is_root"]))

        console.print(f"\n[bold]one query[/bold]\n  {FAILED}")
        for row in query(ready["api"], FAILED):
            console.print_json(data=row)
    console.print(
        "\nall stopped. Keep a sidecar running with: make run; its page is http://127.0.0.1:8585 then"
    )


if __name__ == "__main__":
    main()
