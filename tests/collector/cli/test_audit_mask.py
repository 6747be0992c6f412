"""`audit-mask`."""

import json
from pathlib import Path
from typing import Final

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from otel_bridge_collector.spool.lock import FolderLock
from tests.support.collector import running_collector

MAIL: Final = "bob@x.example"
CONFIG: Final = """yaml:
processors: {masking: {rules: [{patterns: [emails]}]}}
service: {pipelines: {traces: {receivers: [otlp, braintrust], processors: [masking], exporters: [store]}}}
"""


def audit(folder: Path, *arguments: str, config: str = CONFIG) -> Result:
    return CliRunner().invoke(main, ["audit-mask", "--config", config, "--data-dir", str(folder), *arguments])


@pytest.fixture(scope="module")
def unmasked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a sidecar that had no rules."""
    folder = tmp_path_factory.mktemp("audit") / "data"
    with running_collector(folder) as sidecar:
        body = {"rows": [{"id": "a", "project_id": "p", "log_id": "g", "input": {"to": MAIL}}]}
        httpx.post(f"{sidecar.api}/logs3", json=body, timeout=60).raise_for_status()
    return folder


def test_what_was_kept_without_rules_is_found_and_its_value_not_shown(unmasked: Path) -> None:
    result = audit(unmasked)

    assert (result.exit_code, MAIL in result.output) == (1, False)
    assert [line.split()[1] for line in result.stdout.splitlines() if "input.to" in line] == [
        "spool",
        "store:",
    ]


def test_as_json(unmasked: Path) -> None:
    result = audit(unmasked, "--format", "json")

    assert json.loads(result.stdout) == {
        "findings": [
            {"place": "spool", "field": "input.to", "rule": "masking[0]", "count": 1},
            {"place": "store: rows", "field": "input.to", "rule": "masking[0]", "count": 1},
        ],
        "unreadable": {},
    }


def test_nothing_found_is_exit_code_0(unmasked: Path) -> None:
    result = audit(unmasked, config=CONFIG.replace("patterns: [emails]", "fields: [user.id]"))

    assert (result.exit_code, result.stdout) == (0, "nothing was found that the rules would mask\n")


def test_a_folder_that_is_in_use_cannot_be_looked_through(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    lock = FolderLock(tmp_path)
    result = audit(tmp_path)
    lock.release()

    assert (result.exit_code, "another sidecar uses the data folder" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        pytest.param("yaml:{}", "no masking processor stands", id="no rules"),
        pytest.param("yaml:exporter: {}", "exporter", id="no configuration"),
        pytest.param(CONFIG, "is no data folder", id="no folder"),
    ],
)
def test_what_cannot_be_told_is_exit_code_2(config: str, told: str, tmp_path: Path) -> None:
    result = audit(tmp_path / "none", config=config)

    assert (result.exit_code, told in result.stderr) == (2, True)


def test_what_cannot_be_read_is_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "store.dead.jsonl").write_text("{")

    result = audit(tmp_path)

    assert (result.exit_code, "dead letters: store: 1 parts cannot be read" in result.stderr) == (2, True)
