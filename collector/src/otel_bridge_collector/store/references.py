"""Attachments that no row refers to any more: found by reading every row, removed when two passes in a row have found them.

So are uploads that a crash has cut, and what was said of uploads whose bytes never came.

A reference is a JSON object with `"type": "braintrust_attachment"` and a `key`. Whatever looks like a key in a text that speaks of
attachments counts as one, so that a reference in an unusual place keeps its bytes too.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import orjson

from otel_bridge_collector.store.columns import COLUMNS, HISTORY_TABLE, ROWS_TABLE
from otel_bridge_collector.store.interface import Statement

# ruff: noqa: S608 - our own names

MARK: Final = "braintrust_attachment"
"""What every reference says."""

_STATUS: Final = ".status.json"
_CUT: Final = re.compile(r"tmp\w+")
"""How `tempfile` calls what is written beside its place."""

_NAME_LENGTH: Final = hashlib.sha256().digest_size * 2
_KEYS: Final = r'"key":("(?:[^"\\]|\\.)*")'
_TEXTS: Final = ", ".join(name for name, kind in COLUMNS.items() if kind == "VARCHAR")


def _keys_in(texts: str, table: str) -> str:
    return (
        f"SELECT unnest(regexp_extract_all(text, $keys, 1)) FROM (SELECT concat_ws(' ', {texts}) AS text FROM {table})"
        " WHERE contains(text, $mark)"
    )


_REFERENCES: Final = " UNION ".join(
    [_keys_in(_TEXTS, ROWS_TABLE), _keys_in(_TEXTS, HISTORY_TABLE), _keys_in("content", "store.facts")]
)


class Unreferenced:
    """The attachments of one data folder that no row refers to."""

    def __init__(
        self,
        folder: Path,
        select: Callable[[Statement], list[tuple[object, ...]]],
        more_texts: Callable[[], Iterable[str]],
        *,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        """Watch a folder.

        Args:
            folder: where the attachments are.
            select: reads the rows.
            more_texts: JSON texts beside the rows that may refer to attachments: those of prompts and other objects.
            now_s: Unix seconds.
        """
        self._folder = folder
        self._select = select
        self._more_texts = more_texts
        self._now_s = now_s
        self._suspected: frozenset[Path] = frozenset()

    def remove(self, *, older_than_s: float) -> tuple[int, int]:
        """Remove those that this call and the one before found unreferenced; return how many, and their bytes.

        Args:
            older_than_s: bytes that came later are left alone, since their row may be on its way.

        Raises:
            OSError: the folder cannot be read or written.
        """
        old = [path for path in self._files() if self._is_old(path, older_than_s)]
        if not old:
            self._suspected = frozenset()
            return 0, 0
        referenced = self._referenced()
        unreferenced = frozenset(path for path in old if _name_of(path) not in referenced)
        gone = [path for path in unreferenced & self._suspected if self._is_old(path, older_than_s)]
        self._suspected = unreferenced
        return len(gone), sum(_unlink(path) for path in gone)

    def _files(self) -> list[Path]:
        return [
            path for pattern in ("*", "*/*") for path in self._folder.glob(pattern) if _is_attachment(path)
        ]

    def _is_old(self, path: Path, older_than_s: float) -> bool:
        return path.exists() and path.stat().st_mtime < self._now_s() - older_than_s

    def _referenced(self) -> frozenset[str]:
        statement = Statement(sql=_REFERENCES, parameters={"keys": _KEYS, "mark": MARK})
        keys = {orjson.loads(str(text)) for (text,) in self._select(statement)}
        for text in self._more_texts():
            keys |= _keys_of(text)
        return frozenset(hashlib.sha256(str(key).encode("utf-8", "replace")).hexdigest() for key in keys)


def _keys_of(text: str) -> set[str]:
    return {orjson.loads(found) for found in re.findall(_KEYS, text)} if MARK in text else set()


def _is_attachment(path: Path) -> bool:
    """Files of bytes are named by a SHA-256; a folder of a project's attachments is named so as well."""
    if path.name.endswith(_STATUS):
        return not path.with_name(_name_of(path)).exists()
    return path.is_file() and (len(path.name) == _NAME_LENGTH or _CUT.fullmatch(path.name) is not None)


def _name_of(path: Path) -> str:
    return path.name.removesuffix(_STATUS)


def _unlink(path: Path) -> int:
    size = path.stat().st_size
    path.unlink(missing_ok=True)
    path.with_suffix(".status.json").unlink(missing_ok=True)
    return size
