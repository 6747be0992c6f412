"""A file of evaluations is taken from its text."""

import os
from pathlib import Path

from otel_bridge.cli.files import load


def test_a_file_that_changes_within_a_second_and_keeps_its_size_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "eval_a.py"
    for text in ("first", "other"):
        file.write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'said')!r}).write_text({text!r})")
        os.utime(file, (1, 1))
        load(file)

    assert (tmp_path / "said").read_text() == "other"
