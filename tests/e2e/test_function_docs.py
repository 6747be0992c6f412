"""The code of docs/functions.md, run from top to bottom against a sidecar with its configuration, whose provider is one on loopback."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import running_collector
from tests.support.provider import provider

pytestmark = pytest.mark.one_python

PAGE: Final = (Path(__file__).parents[2] / "docs" / "functions.md").read_text(encoding="utf-8")
PROVIDER: Final = "https://api.openai.com/v1"


def blocks(language: str) -> Sequence[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.skipif(sys.platform != "linux", reason="code is sealed by Linux's kernel")
def test_the_code_of_the_page_runs(tmp_path: Path) -> None:
    (config,) = blocks("yaml")
    save, ask = blocks("sh")
    with provider() as fake:
        file = tmp_path / "sidecar.yaml"
        file.write_text(config.replace(PROVIDER, fake.url), encoding="utf-8")
        variables = {"OPENAI_API_KEY": "k"}
        with running_collector(tmp_path / "data", "--config", str(file), env=variables) as collector:
            places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "any"}
            beginning = [
                "/usr/bin/env",
                *(f"BRAINTRUST_{name}={value}" for name, value in places.items()),
                f"HOME={tmp_path}",
            ]
            subprocess.run([*beginning, "/bin/sh", "-ec", save], check=True, cwd=tmp_path, timeout=60)
            program = [*beginning, sys.executable, "-W", "error", "-c", "\n".join(blocks("python"))]
            ended = subprocess.run(
                program, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120
            )
            asked = subprocess.run(
                [*beginning, "/bin/sh", "-ec", f"API=$BRAINTRUST_API_URL\n{ask}"],
                check=True, cwd=tmp_path, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            rows = collector.query("select: * | from: project_logs()")

    assert ended.returncode == 0, ended.stderr
    printed = ended.stdout.splitlines()
    assert printed[:3] == ["hi", "{'name': 'short', 'score': 1.0}", "h i "]
    assert "{'Polite': 1.0, 'short': 1.0}" in printed
    assert asked.stdout == (
        '"hi"event: text_delta\ndata: "h"\n\nevent: text_delta\ndata: "i"\n\nevent: done\ndata: \n\n'
        '{"name":"Levenshtein","score":0.8,"metadata":{}}'
    )
    # Two of the app, of which one asks a model, a stream, and one without an SDK.
    assert (
        sum(
            row["span_attributes"]["type"] == "llm"
            for row in rows
            if isinstance(row["span_attributes"], dict)
        )
        == 3
    )
