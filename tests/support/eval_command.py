"""`otel-bridge eval` in a process of its own."""

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

COMMAND: Final = Path(sysconfig.get_path("scripts")) / "otel-bridge"

TWICE: Final = """
from otel_bridge import Eval, EvalAsync

def twice(input):
    return input * 2

def exact(output, expected):
    return output == expected

CASES = [{"input": 1, "expected": 2}, {"input": 2, "expected": 5, "metadata": {"kind": "hard"}}]
Eval("cli", data=CASES, task=twice, scores=[exact], experiment_name="first")
"""


def run_eval(folder: Path, *arguments: str, api: str = "") -> subprocess.CompletedProcess[str]:
    variables = [f"BRAINTRUST_{name}={value}" for name, value in
                 {"API_URL": api, "APP_URL": api, "API_KEY": "any"}.items() if api]  # fmt: skip
    return subprocess.run(
        ["/usr/bin/env", *variables, str(COMMAND), "eval", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def summaries(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
