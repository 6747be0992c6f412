"""The file of the control plane; what its migrations keep is tested where it is read (`test_project_objects`)."""

import threading
from pathlib import Path

from otel_bridge_collector.store.control_file import ControlFile


def test_a_new_file_has_the_newest_schema_and_stays_as_it_is(tmp_path: Path) -> None:
    first = ControlFile(tmp_path / "objects.sqlite")
    first.connection.execute("INSERT INTO org VALUES ('o', 'local')")
    first.close()

    second = ControlFile(tmp_path / "objects.sqlite")
    kept = second.connection.execute("SELECT id FROM org").fetchall()
    second.close()

    assert kept == [("o",)]


def test_any_thread_may_use_it(tmp_path: Path) -> None:
    file = ControlFile(tmp_path / "objects.sqlite")
    found: list[object] = []

    def read() -> None:
        with file.lock:
            found.append(file.connection.execute("SELECT count(*) FROM project").fetchone())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    file.close()

    assert found == [(0,)]
