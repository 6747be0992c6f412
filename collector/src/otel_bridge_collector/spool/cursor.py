"""Cursors: the place of each destination in the spool, kept over restarts. They do not read the spool."""

from pathlib import Path


class Cursor:
    """The number of the first record that a destination does not have yet.

    The file may lag behind after a crash, never run ahead: records are then delivered a second time, which
    leaves the same rows.
    """

    def __init__(self, path: Path, *, at: int | None = None) -> None:
        """Take up the place.

        Args:
            path: file of the place; it need not exist.
            at: the place as the destination itself remembers it, which counts more than the file.
        """
        self._path = path
        self._next_seq = _read(path) if at is None else at

    @property
    def next_seq(self) -> int:
        """The place; 0 for a destination that has received nothing."""
        return self._next_seq

    def advance(self, next_seq: int) -> None:
        """Move the place forward and remember it; a smaller number changes nothing.

        Raises:
            OSError: the place cannot be written; it has moved for this process only.
        """
        if next_seq <= self._next_seq:
            return
        self._next_seq = next_seq
        written = self._path.with_suffix(".new")
        written.write_text(f"{next_seq}\n", encoding="ascii")
        written.replace(self._path)


def _read(path: Path) -> int:
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return 0
    # A machine that lost its power may leave the file empty: begin again, delivery twice is harmless.
    return int(text) if text.isdecimal() else 0
