"""A data folder of the first version under the sidecar of today, and one of a version that nobody knows yet."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.spool.format import SPOOL_VERSION
from tests.support.collector import ANY_PORTS, COMMAND, running_collector
from tests.support.earlier import first_data

pytestmark = pytest.mark.one_python

QUERY = "SELECT id FROM project_logs('first') ORDER BY id"
IDS = [{"id": "0000000000000001"}, {"id": "0000000000000002"}]


def test_rows_of_the_first_version_are_answered(tmp_path: Path) -> None:
    with running_collector(first_data(tmp_path / "data")) as collector:
        found = collector.query(QUERY)

    assert found == IDS


def test_the_spool_of_the_first_version_gives_its_rows_to_a_new_store(tmp_path: Path) -> None:
    data = first_data(tmp_path / "data")
    (data / "rows.duckdb").unlink()

    with running_collector(data) as collector:
        assert collector.query(QUERY) == IDS
    assert (data / "spool" / "version").read_text() == f"{SPOOL_VERSION}\n"


@pytest.mark.parametrize("folder", ["spool", "delivery"])
def test_files_of_a_newer_version_are_refused_by_name_and_left_as_they_are(
    tmp_path: Path, folder: str
) -> None:
    data = first_data(tmp_path / "data")
    (data / folder / "version").write_text("99\n")
    segments = sorted((path.name, path.stat().st_mtime_ns) for path in (data / "spool").glob("*.seg"))

    ended = subprocess.run(
        [COMMAND, "serve", "--data-dir", str(data), *ANY_PORTS], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert f"{data / folder} are of version 99" in ended.stderr
    assert segments == sorted((path.name, path.stat().st_mtime_ns) for path in (data / "spool").glob("*.seg"))


def test_receipts_of_a_newer_version_are_refused_by_name_and_left_as_they_are(tmp_path: Path) -> None:
    data = first_data(tmp_path / "data")
    path = data / "receipts.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()

    ended = subprocess.run(
        [COMMAND, "serve", "--data-dir", str(data), *ANY_PORTS], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert f"{path} are of version 99" in ended.stderr
    assert path.read_bytes() == before
