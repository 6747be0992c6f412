"""The code of docs/proxy.md, run from top to bottom against a sidecar and a provider on loopback."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import COMMAND, running_collector
from tests.support.provider import provider

pytestmark = pytest.mark.one_python

PAGE: Final = (Path(__file__).parents[2] / "docs" / "proxy.md").read_text(encoding="utf-8")


def blocks(language: str) -> Sequence[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs(tmp_path: Path) -> None:
    (config,) = blocks("yaml")
    (tmp_path / "config.yaml").write_text(config)
    with provider() as fake:
        environment = {"PROVIDER_URL": fake.url, "OPENAI_API_KEY": "sk-1"}
        with running_collector(
            tmp_path / "data", "--config", str(tmp_path / "config.yaml"), env=environment
        ) as collector:
            places = {
                **environment, "SIDECAR": collector.api, "FOLDER": str(collector.data_dir), "HOME": str(tmp_path),
                "PATH": f"{Path(COMMAND).parent}:/usr/bin:/bin", "BRAINTRUST_API_KEY": "any",
                "BRAINTRUST_API_URL": collector.api, "BRAINTRUST_APP_URL": collector.api,
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http,
            }  # fmt: skip
            beginning = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in places.items())]
            program = subprocess.run(
                [*beginning, sys.executable, "-c", "\n".join(blocks("python"))],
                check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120,
            )  # fmt: skip
            commands = subprocess.run(
                [*beginning, "/bin/sh", "-ec", "\n".join(blocks("sh"))],
                check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120,
            )  # fmt: skip

    assert program.returncode == 0, program.stderr
    assert commands.returncode == 0, commands.stderr
    assert program.stdout.splitlines()[:2] == ["hi", "hi hi"]
    assert program.stdout.splitlines()[-1] == "0.4"
    for said in ("the configuration can be used", '"content":"hi"', '"embedding"', "Chat Completion"):
        assert said in commands.stdout.replace('": ', '":')
