"""The cache of prompts, in folders of its own."""

import logging
from pathlib import Path

import pytest

from otel_bridge.control.prompt_cache import PromptCache


def cache(folder: Path, *, memory_size: int = 10, disk_size: int = 10) -> PromptCache:
    return PromptCache(folder, memory_size=memory_size, disk_size=disk_size)


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    cache(tmp_path / "new" / "folder").set("k", {"a": 1})

    assert cache(tmp_path / "new" / "folder").get("k") == {"a": 1}
    assert cache(tmp_path / "new" / "folder").get("other") is None


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    cache(tmp_path / "made").set("k", {"a": 1})

    (file,) = (tmp_path / "made").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


def test_without_a_disk_nothing_is_written(tmp_path: Path) -> None:
    kept = cache(tmp_path / "made", disk_size=0)
    kept.set("k", {"a": 1})

    assert kept.get("k") == {"a": 1}
    assert not (tmp_path / "made").exists()


def test_the_longest_unused_goes_from_memory(tmp_path: Path) -> None:
    kept = cache(tmp_path, memory_size=2, disk_size=0)
    kept.set("a", {"n": 1})
    kept.set("b", {"n": 2})
    kept.get("a")
    kept.set("c", {"n": 3})

    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ({"n": 1}, None, {"n": 3})


def test_no_more_files_than_allowed(tmp_path: Path) -> None:
    for name in "abcd":
        cache(tmp_path, disk_size=2).set(name, {"n": name})

    assert len(list(tmp_path.iterdir())) == 2
    assert cache(tmp_path).get("d") == {"n": "d"}


def test_a_broken_file_is_as_good_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache(tmp_path).set("k", {"a": 1})
    next(tmp_path.iterdir()).write_text("{")

    assert cache(tmp_path).get("k") is None
    assert "cannot be read" in caplog.text


def test_a_folder_that_cannot_be_made_costs_nothing_but_a_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    kept = cache(tmp_path / "file" / "folder")
    with caplog.at_level(logging.WARNING):
        kept.set("k", {"a": 1})

    assert kept.get("k") == {"a": 1}
    assert "could not be kept" in caplog.text


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, memory_size=1, disk_size=5)

    cache.set("k", {"a": object()})

    assert list(tmp_path.iterdir()) == []
