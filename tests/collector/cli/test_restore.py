"""`restore`, of archives of a real sidecar."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_an_archive_that_is_damaged_makes_no_folder(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "a.tar"
    with running_collector(tmp_path / "data") as collector:
        assert run("backup", file, "--url", collector.api).exit_code == 0
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes({"cut": bytes(data[: len(data) // 2]), "flipped": bytes(data), "empty": b""}[damage])

    done = run("restore", file, "--data-dir", tmp_path / "new")

    assert (done.exit_code, (tmp_path / "new").exists()) == (1, False), done.output


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with running_collector(tmp_path / "data") as collector:
        assert run("backup", file, "--url", collector.api).exit_code == 0
        running = run("restore", file, "--data-dir", collector.data_dir)

    assert (running.exit_code, "is not empty" in running.output) == (1, True)
