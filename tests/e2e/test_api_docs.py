"""The calls of docs/api.md, as a reader would make them."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.api_docs import PAGE, described, page
from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

CALL: Final = re.compile(r"^(curl .*?)(?:  # (.*))?$", re.MULTILINE)
KEPT: Final = re.compile(r"\$(\w+) is its ([\w.]+)")


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with running_collector(tmp_path / "data") as running:
        yield running


def test_the_list_of_endpoints_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(described()), "run make docs"


def test_every_call_of_the_page_works(collector: Collector, tmp_path: Path) -> None:
    variables = {"API": collector.api}
    failures: list[str] = []

    for call, remark in CALL.findall(PAGE.read_text(encoding="utf-8")):
        ran = run(call.replace("curl", "curl --silent --show-error --fail-with-body", 1), variables, tmp_path)
        if ran.returncode:
            failures.append(f"{call}: {ran.stdout}{ran.stderr}")
        for variable, field in KEPT.findall(remark) if not ran.returncode else ():
            variables[variable] = str(member(json.loads(ran.stdout), field))

    assert failures == []


def run(call: str, variables: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    given = [f"{name}={value}" for name, value in variables.items()]
    return subprocess.run(
        ["/usr/bin/env", *given, "bash", "-c", call],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def member(answer: Any, field: str) -> Any:
    for name in field.split("."):
        answer = answer[name]
    return answer
