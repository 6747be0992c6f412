"""Files that root makes in the folder of another user."""

import os
from pathlib import Path

import pytest

from otel_bridge_collector.cli.owner import give_to_owner

USER = 12_345

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", USER, USER)
    return tmp_path / "data"


def test_the_folders_owner_gets_them(folder: Path) -> None:
    (folder / "made").write_text("")

    give_to_owner(folder, [folder / "made", folder / "none"])

    assert (folder / "made").stat().st_uid == USER


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_what_leads_elsewhere_is_left_alone(tmp_path: Path, folder: Path, link: object) -> None:
    (tmp_path / "elsewhere").write_text("")
    assert callable(link)
    link(tmp_path / "elsewhere", folder / "made")

    give_to_owner(folder, [folder / "made"])

    assert (tmp_path / "elsewhere").stat().st_uid == 0
