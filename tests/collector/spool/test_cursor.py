from pathlib import Path

import pytest

from otel_bridge_collector.spool.cursor import Cursor


def test_a_new_destination_begins_at_nothing(tmp_path: Path) -> None:
    assert Cursor(tmp_path / "store").next_seq == 0


def test_a_place_is_kept_over_a_restart(tmp_path: Path) -> None:
    Cursor(tmp_path / "store").advance(7)

    assert Cursor(tmp_path / "store").next_seq == 7


def test_a_place_does_not_move_back(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "store")
    cursor.advance(7)

    cursor.advance(3)

    assert cursor.next_seq == 7


@pytest.mark.parametrize(
    "at", [pytest.param(2, id="behind the file"), pytest.param(9, id="ahead of the file")]
)
def test_what_the_destination_remembers_counts_more_than_the_file(tmp_path: Path, at: int) -> None:
    Cursor(tmp_path / "store").advance(7)

    assert Cursor(tmp_path / "store", at=at).next_seq == at


def test_an_empty_file_begins_again(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")

    assert Cursor(tmp_path / "store").next_seq == 0
