"""The format of a folder, as it states it."""

from pathlib import Path

import pytest

from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.spool.format import claim_format, read_format


def test_a_folder_without_a_version_gets_the_one_of_this_release(tmp_path: Path) -> None:
    claim_format(tmp_path, 3)

    assert read_format(tmp_path) == 3


@pytest.mark.parametrize(
    "stated", [pytest.param("2\n", id="an earlier one"), pytest.param("3\n", id="its own")]
)
def test_a_folder_states_what_this_release_writes_to_it(tmp_path: Path, stated: str) -> None:
    (tmp_path / "version").write_text(stated)

    claim_format(tmp_path, 3)

    assert (tmp_path / "version").read_text() == "3\n"
    with pytest.raises(SpoolError, match="are of version 3"):
        claim_format(tmp_path, 2)


def test_a_newer_version_is_refused_by_name_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("4\n")

    with pytest.raises(SpoolError, match=r"are of version 4.*up to 3: use the newer release"):
        claim_format(tmp_path, 3)


def test_a_file_that_lost_its_content_states_nothing(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("")

    claim_format(tmp_path, 3)

    assert read_format(tmp_path) == 3


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="cannot use"):
        claim_format(tmp_path / "missing", 1)
