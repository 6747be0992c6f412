"""The data folder."""

from pathlib import Path

import pytest

from otel_bridge_collector.doctor.folder import check_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1.seg").write_bytes(b"x" * 90)
    tmp_path.chmod(0o700)
    return tmp_path


def verdicts(folder: Path, *, spool_max_bytes: int = 1_000, min_free_bytes: int = 0) -> dict[str, str]:
    found = check_folder(folder, spool_max_bytes=spool_max_bytes, min_free_bytes=min_free_bytes)
    return {each.check: each.verdict for each in found}


def test_a_folder_of_its_own_user_with_room_is_fine(folder: Path) -> None:
    assert verdicts(folder) == {"permissions": "ok", "disk": "ok", "spool": "ok"}


def test_a_folder_that_others_can_open_is_found(folder: Path) -> None:
    folder.chmod(0o755)

    assert verdicts(folder)["permissions"] == "finding"


def test_a_disk_that_is_nearly_full_is_found(folder: Path) -> None:
    assert verdicts(folder, min_free_bytes=1 << 60)["disk"] == "finding"


@pytest.mark.parametrize(("most", "verdict"), [(112, "finding"), (113, "ok")])
def test_a_spool_that_is_nearly_full_is_found(folder: Path, most: int, verdict: str) -> None:
    assert verdicts(folder, spool_max_bytes=most)["spool"] == verdict


def test_a_folder_that_is_not_here_is_no_finding(tmp_path: Path) -> None:
    assert verdicts(tmp_path / "none") == {"data folder": "skipped"}
