"""Which names the tables may have: a Bloom filter of the ids of rows and facts, and of what else facts call a row.

Most rows of a batch are new, and to look for their ids in a column of a million takes 27 ms, however few they are. What the filter
does not know is in no table; what it knows may be there. It is made of the tables at the first write and lives in memory,
a few bytes a name. What is removed stays known until it is made again, which costs a look.
"""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import duckdb

_PROBES: Final = 6
_BITS_PER_NAME: Final = 24
"""Of a full filter: of 10,000 names that are not there it knows one."""

_GROWTH: Final = 1.5
"""Room of a new filter, in names that there are."""

_LEAST_NAMES: Final = 1 << 16
_MOST_BITS: Final = 1_000_000_000
"""The engine sets no more; beyond 40 million names more and more are taken for known."""

_LOW: Final = 0xFFFFFFFF
_BETWEEN: Final = "\0"
_HASHES_OF_TEXT: Final = "SELECT hash(unnest(string_split($1, chr(0))))"
_HASHES_OF_LIST: Final = "SELECT hash(unnest($1::VARCHAR[]))"

# ruff: noqa: S608 - our own names and numbers
_NAMES: Final = """
SELECT id AS name FROM store.rows
UNION ALL SELECT span_id FROM store.rows WHERE span_id <> id
UNION ALL SELECT root_span_id FROM store.rows WHERE is_root
UNION ALL SELECT id FROM store.facts
"""
_COUNT: Final = f"SELECT count(*) FROM ({_NAMES})"


class KnownNames:
    """The names, over the connection that writes. Belongs to its thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, least: int = _LEAST_NAMES) -> None:
        """Make one that reads the tables when it is first asked.

        Args:
            connection: what writes the tables.
            least: the names that there is room for at least.
        """
        self._connection = connection
        self._least = least
        self._bits = bytearray()
        self._room = 0
        self._hashes: dict[str, int] = {}
        self._unknown: set[str] = set()

    def among(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that a table may have; the others are in none."""
        wanted = dict.fromkeys(names)
        self._look_at(wanted)
        unknown = self._unknown
        return [name for name in wanted if name not in unknown]

    def add(self, names: Iterable[str]) -> None:
        """Note names that are being written, before they are committed; those that are never committed do no harm.

        A batch ends here: what `among` found out is forgotten.
        """
        written = dict.fromkeys(names)
        self._look_at(written)
        bits, size = self._bits, len(self._bits) << 3
        new = self._unknown.intersection(written)
        hashes = self._hashes
        for name in new:
            hashed = hashes[name]
            place, step = hashed & _LOW, hashed >> 32 | 1
            for _ in range(_PROBES):
                at = place % size
                bits[at >> 3] |= 0x80 >> (at & 7)
                place += step
        self._room -= len(new)
        self._hashes.clear()
        self._unknown.clear()
        if self._room < 0:
            self._bits = bytearray()  # made again, with more room, when it is next asked

    def _look_at(self, names: Iterable[str]) -> None:
        """Find out which names are not known, those of one batch once."""
        if not self._bits:
            self._make()
        new = [name for name in names if name not in self._hashes]
        if not new:
            return
        bits, size = self._bits, len(self._bits) << 3
        hashes, unknown = self._hashes, self._unknown
        for name, (hashed,) in zip(new, self._hashed(new), strict=True):
            hashes[name] = hashed
            place, step = hashed & _LOW, hashed >> 32 | 1
            for _ in range(_PROBES):
                at = place % size
                if not bits[at >> 3] & (0x80 >> (at & 7)):  # most often at once
                    unknown.add(name)
                    break
                place += step

    def _hashed(self, names: Sequence[str]) -> list[tuple[int]]:
        """Return the engine's hash of each name; as one text they take half the time that a list of texts takes."""
        joined = _BETWEEN.join(names)
        if joined.count(_BETWEEN) < len(names):
            found = self._connection.execute(_HASHES_OF_TEXT, [joined])
        else:
            found = self._connection.execute(_HASHES_OF_LIST, [names])
        return cast("list[tuple[int]]", found.fetchall())

    def _make(self) -> None:
        found = self._connection.execute(_COUNT).fetchone()
        names = max(int(found[0]) if found else 0, self._least)
        size = min(int(names * _GROWTH) * _BITS_PER_NAME, _MOST_BITS) >> 3 << 3
        made = self._connection.execute(_filter(size)).fetchone()
        self._bits = bytearray(made[0]) if made and made[0] is not None else bytearray(size >> 3)
        self._room = int(names * (_GROWTH - 1)) if size < _MOST_BITS >> 3 << 3 else _MOST_BITS


def _filter(size: int) -> str:
    """Return the statement that makes the filter; its places are those that `KnownNames` looks at."""
    places = ", ".join(
        f"((h & {_LOW}) + {probe} * (h >> 32 | 1)) % {size}::UBIGINT" for probe in range(_PROBES)
    )
    return (
        f"SELECT bitstring_agg(place, 0, {size - 1})::BLOB FROM"
        f" (SELECT unnest([{places}]) AS place FROM (SELECT hash(name) AS h FROM ({_NAMES})))"
    )
