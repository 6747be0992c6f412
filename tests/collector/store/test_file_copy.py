"""Copies of a file that is locked by this process."""

from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.store.file_copy import LockedFile


def test_a_copy_has_the_bytes_as_they_are_now(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1" * (5 << 20))
    with closing(LockedFile(tmp_path / "a")) as file:
        file.copy_to(tmp_path / "b")
        (tmp_path / "a").write_bytes(b"22")
        file.copy_to(tmp_path / "c")

    assert ((tmp_path / "b").stat().st_size, (tmp_path / "c").read_bytes()) == (5 << 20, b"22")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with closing(LockedFile(tmp_path / "a")) as file, pytest.raises(FileExistsError):
        file.copy_to(tmp_path / "a")
