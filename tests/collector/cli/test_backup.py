"""`backup`, against a real sidecar."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    file.write_bytes(b"earlier")
    with running_collector(tmp_path / "data") as collector:
        refused = run("backup", file, "--url", collector.api)
        assert (refused.exit_code, file.read_bytes()) == (1, b"earlier")
        assert run("backup", file, "--force", "--url", collector.api).exit_code == 0

    assert (file.stat().st_size > 1_000, file.stat().st_mode & 0o777) == (True, 0o600)


def test_a_refusal_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    with (
        running_collector(tmp_path / "data") as collector,
        httpx.stream("POST", f"{collector.api}/v1/backup"),
    ):
        refused = run("backup", tmp_path / "a.tar", "--url", collector.api + "/none")

    assert refused.exit_code == 1
    assert list(tmp_path.glob("a.tar*")) == []


def test_what_is_no_sidecar_is_told(tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "a.tar", "--url", "http://127.0.0.1:1")

    assert (refused.exit_code, "http://127.0.0.1:1" in refused.output) == (1, True)
