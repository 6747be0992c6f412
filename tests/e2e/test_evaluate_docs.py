"""The code of docs/evaluate.md, run from top to bottom in one process against a sidecar."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python

PAGE: Final = Path(__file__).parents[2] / "docs" / "evaluate.md"


def test_the_code_of_the_page_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with running_collector(tmp_path / "data") as collector:
        places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "any"}
        variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
        ended = subprocess.run(
            ["/usr/bin/env", *variables, sys.executable, "-W", "error", "-c", "\n".join(blocks)],
            check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert "sum 2 + 2 4 {'kind': 'sum'}" in ended.stdout
    assert "100.00% (+100.00%) 'exact' score\t(1 improvements, 0 regressions)" in ended.stdout
