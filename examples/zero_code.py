"""Tracing without code: a Flask and a FastAPI app under `opentelemetry-instrument`, and their traces.

Each app gets one request, asks the fake OpenAI server, and is ended by SIGTERM; its spans are in a sidecar then.
Everything runs on free ports of 127.0.0.1 and in a temporary folder, and is stopped at the end.

Run: python examples/zero_code.py
"""

import os
import re
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from demo import DEADLINE_S, LINE_WIDTH, query, sidecar
from fake_openai import fake_openai
from rich.console import Console
from trace_tree import print_trace

SCRIPTS: Final = Path(sysconfig.get_path("scripts"))
QUESTION: Final = "What is the weather in Lisbon?"
ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:[1-9]\d*")
APPS: Final = {
    "flask-app": ("flask", "--app", "flask_app", "run", "--port", "0"),
    "fastapi-app": ("uvicorn", "fastapi_app:app", "--port", "0"),
}


@contextmanager
def instrumented(log: Path, command: tuple[str, ...], environment: dict[str, str]) -> Iterator[str]:
    """Run a server under `opentelemetry-instrument` while the block runs; give its URL."""
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(
            [SCRIPTS / "opentelemetry-instrument", SCRIPTS / command[0], *command[1:]],
            cwd=Path(__file__).parent,
            env={**os.environ, **environment},  # noqa: TID251 - the example hands its own environment on
            stdout=said,
            stderr=said,
        ) as process,
    ):
        try:
            yield _address(log)
        finally:
            process.terminate()
            process.wait(timeout=DEADLINE_S)


def _address(log: Path) -> str:
    deadline = time.monotonic() + DEADLINE_S
    while not (found := ADDRESS.search(log.read_text(encoding="utf-8"))):
        if time.monotonic() > deadline:
            raise SystemExit(f"the app did not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
    return found.group()


def main() -> None:
    """Run both apps one after the other and show what the sidecar has of them."""
    console = Console(soft_wrap=True, width=LINE_WIDTH)
    with (
        TemporaryDirectory(prefix="otel-bridge-zero-code-") as folder,
        sidecar(Path(folder)) as ready,
        fake_openai() as openai_url,
    ):
        for name, command in APPS.items():
            environment = {
                "OTEL_BRIDGE_ENDPOINT": ready["otlp_http"],
                "OTEL_BRIDGE_PARENT": f"project_name:{name}",
                "OTEL_SERVICE_NAME": name,
                "OPENAI_BASE_URL": openai_url,
            }
            with instrumented(Path(folder) / f"{name}.log", command, environment) as url:
                answer = httpx.get(f"{url}/ask", params={"question": QUESTION}, timeout=DEADLINE_S)
            console.print(
                f"[bold]{name}[/bold] answered with {len(answer.json()['tool_calls'])} tool call, and without a line of tracing left this:"
            )
            print_trace(
                query(
                    ready["api"], f"from: project_logs('{name}') | select: * | sort: created asc | limit: 100"
                ),
                console,
            )
            (call,) = query(
                ready["api"],
                f"from: project_logs('{name}') | select: input, output | filter: span_attributes.type = 'llm'",
            )
            console.print_json(data=call)


if __name__ == "__main__":
    main()
