"""Make a data folder with the sidecar of an earlier commit, for the tests of migrations.

`first_data.tar.xz` was made so, by the first commit whose sidecar delivered rows:

    git archive 66b01cd | tar -x -C TREE
    python -m tests.support.first_data.make TREE FOLDER
    tar -C FOLDER -cJf tests/support/first_data/first_data.tar.xz .
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import httpx

_COMMAND: Final = "from otel_bridge_collector.cli.main import main; main()"
_ANY: Final = "127.0.0.1:0"
_START_S: Final = 1_760_000_000


def make(tree: Path, folder: Path) -> None:
    """Let the sidecar in `tree` keep two spans of the project "first" in `folder`."""
    process = subprocess.Popen(
        [
            "/usr/bin/env",
            f"PYTHONPATH={tree}/src:{tree}/collector/src",
            sys.executable,
            "-c",
            _COMMAND,
            "serve",
            *("--data-dir", str(folder), "--otlp-grpc", _ANY, "--otlp-http", _ANY, "--api", _ANY),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    spans = [
        _span(1, {"braintrust.input_json": '"hello"'}),
        {**_span(2, {"braintrust.metadata": '{"model":"gpt-4"}'}), "parentSpanId": f"{1:016x}"},
    ]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    httpx.post(f"{ready['otlp_http']}/v1/traces", json=body, headers={"x-bt-parent": "project_name:first"})
    time.sleep(2)  # those sidecars could not yet be asked whether they have delivered
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def _span(number: int, attributes: dict[str, str]) -> dict[str, object]:
    return {
        "traceId": f"{1:032x}",
        "spanId": f"{number:016x}",
        "name": f"span-{number}",
        "kind": 1,
        "startTimeUnixNano": str((_START_S + number) * 10**9),
        "endTimeUnixNano": str((_START_S + number + 1) * 10**9),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
