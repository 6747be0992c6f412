"""The code of docs/deploy.md, run from top to bottom against a sidecar."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python

PAGE: Final = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")


def blocks(language: str) -> Sequence[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "any"}
        variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
        beginning = ["/usr/bin/env", *variables, f"HOME={tmp_path}"]
        commands = [block for block in blocks("sh") if "pip install" not in block]
        subprocess.run(
            [*beginning, "/bin/sh", "-ec", "\n".join(commands)], check=True, cwd=tmp_path, timeout=60
        )
        ended = subprocess.run(
            [*beginning, sys.executable, "-W", "error", "-c", "\n".join(blocks("python"))],
            check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        "gpt-5-mini 200 Is <green> tea in stock?",
        "Template rendering failed: Could not find key 'shop'",
        "['messages', 'model', 'temperature']",
        "True",
    ]
