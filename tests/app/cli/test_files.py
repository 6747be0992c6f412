"""Which files hold evaluations."""

from pathlib import Path

import pytest

from otel_bridge.cli.files import find_files, load


def test_folders_are_searched_and_files_are_taken_as_they_are(tmp_path: Path) -> None:
    for name in ("eval_a.py", "b.py", "site-packages/eval_c.py", ".venv/eval_d.py", "deep/er/eval_e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = find_files([tmp_path / "b.py", tmp_path, tmp_path / "eval_a.py"])

    assert [str(each.relative_to(tmp_path)) for each in found] == ["b.py", "deep/er/eval_e.py", "eval_a.py"]


def test_a_file_sees_what_stands_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", ["x"])
    (tmp_path / "beside_of_test.py").write_text("value = 1")
    (tmp_path / "eval_a.py").write_text("from beside_of_test import value\nassert value == 1")

    load(tmp_path / "eval_a.py")
