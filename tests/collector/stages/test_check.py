"""What `serve` refuses, told without starting it: each case is also given to a real `serve`."""

import subprocess
from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import load_settings
from otel_bridge_collector.stages.check import check_start
from tests.support.collector import ANY_PORTS, COMMAND
from tests.support.keys import make_key
from tests.support.tls import Authority

EVERYWHERE = "extensions.api.endpoint=0.0.0.0:0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def refusal(folder: Path, *assignments: str) -> str:
    with pytest.raises(SettingsError) as caught:
        check_start(load_settings(Sources(assignments=assignments), data_dir=folder))
    return str(caught.value)


def refused_by_serve(folder: Path, *assignments: str) -> str:
    ports = ANY_PORTS[:4]
    options = [part for each in assignments for part in ("--set", each)]
    command = [COMMAND, "serve", "--data-dir", str(folder), *ports, *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    return ended.stderr


@pytest.mark.parametrize(
    "fault", ["a file that is missing", "a key that is another's", "addresses without keys"]
)
def test_it_says_what_serve_says_and_makes_nothing(tmp_path: Path, folder: Path, fault: str) -> None:
    authority = Authority(tmp_path)
    files, other = authority.issue("sidecar"), authority.issue("other")
    assignment = {
        "a file that is missing": f"extensions.tls={{cert_file: {tmp_path}/none, key_file: {files.key}}}",
        "a key that is another's": f"extensions.tls={{cert_file: {files.cert}, key_file: {other.key}}}",
        "addresses without keys": EVERYWHERE,
    }[fault]

    said = refusal(folder, assignment)

    assert not folder.exists()
    assert said in refused_by_serve(folder, assignment)


def test_a_key_in_the_data_folder_opens_the_addresses_and_is_only_looked_at(folder: Path) -> None:
    make_key(folder, "read")
    before = sorted(folder.iterdir())

    check_start(load_settings(Sources(assignments=[EVERYWHERE]), data_dir=folder))

    assert sorted(folder.iterdir()) == before


def test_keys_that_cannot_be_looked_at_are_a_fault(folder: Path) -> None:
    folder.mkdir()
    (folder / "objects.sqlite").write_text("something else, and more than a header of SQLite's would be " * 9)

    assert "run as the user of the sidecar" in refusal(folder, EVERYWHERE)
