"""Restore: whole, or the folder is as it was."""

from pathlib import Path

import pytest

from otel_bridge_collector.backup.archive import Part, pack
from otel_bridge_collector.backup.formats import VERSIONS
from otel_bridge_collector.backup.restore import PARTIAL, restore
from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.spool.lock import FolderLock


def archive(folder: Path, **versions: int) -> Path:
    (folder / "part").write_bytes(b"rows")
    parts = [Part(name=name, path=folder / "part", size=4) for name in ("rows.duckdb", "spool/a")]
    file = folder / "a.tar"
    file.write_bytes(b"".join(pack(parts, release="1", created="c", versions={**VERSIONS, **versions})))
    return file


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_has_the_files_and_is_for_its_user_alone(tmp_path: Path) -> None:
    restore(archive(tmp_path), tmp_path / "new")

    assert names(tmp_path / "new") == {"rows.duckdb", "spool/a", "lock"}
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "new").rglob("*")} == {0}


def test_an_empty_folder_may_be_there(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    restore(archive(tmp_path), tmp_path / "new")

    assert "rows.duckdb" in names(tmp_path / "new")


@pytest.mark.parametrize("name", VERSIONS)
def test_files_of_a_newer_version_are_refused_by_name(tmp_path: Path, name: str) -> None:
    file = archive(tmp_path, **{name: VERSIONS[name] + 1})

    with pytest.raises(BackupError, match=f"the {name} in it are of version {VERSIONS[name] + 1}"):
        restore(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_files_of_an_earlier_version_are_restored(tmp_path: Path) -> None:
    restore(archive(tmp_path, store=1), tmp_path / "new")

    assert "rows.duckdb" in names(tmp_path / "new")


def test_what_cannot_be_put_in_place_leaves_the_folder_empty(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "part").write_bytes(b"x")
    parts = [Part(name=name, path=tmp_path / "part", size=1) for name in ("a", "lock/b")]
    file = tmp_path / "a.tar"
    file.write_bytes(b"".join(pack(parts, release="1", created="c", versions={})))

    with pytest.raises(OSError, match="lock"):  # a folder cannot take the place of the lock
        restore(file, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_that_a_sidecar_has_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    lock = FolderLock(tmp_path / "new")

    with pytest.raises(BackupError, match="another sidecar"):
        restore(archive(tmp_path), tmp_path / "new")
    lock.release()
    assert not (tmp_path / "new" / PARTIAL).exists()
