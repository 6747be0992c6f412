"""The secrets that feedback tokens are signed with, in a file of the data folder. It knows no token.

The newest signs; those before it are accepted until they retire. A running sidecar sees a change with its next request.
"""

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import orjson

_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secret:
    """One secret; `retires_s` is Unix seconds, None for the newest."""

    value: bytes
    retires_s: float | None


class FeedbackSecrets:
    """The secrets of one data folder. Any thread may call."""

    def __init__(self, path: Path, *, now_s: Callable[[], float] = time.time) -> None:
        """Use a file, and make it where there is none.

        Raises:
            OSError: it cannot be used.
        """
        self._path = path
        self._now_s = now_s
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._secrets: Sequence[_Secret] = ()
        if not path.exists():
            self._write([_new()])

    def signing(self) -> bytes:
        """Return the secret that new tokens are signed with."""
        return self._current()[0].value

    def accepted(self) -> list[bytes]:
        """Return the secrets whose tokens are good, the newest first."""
        now_s = self._now_s()
        return [each.value for each in self._current() if each.retires_s is None or now_s < each.retires_s]

    def rotate(self, *, overlap_s: float = 0.0) -> None:
        """Sign with a new secret from now on; tokens of the others are good for `overlap_s` more at most."""
        now_s = self._now_s()
        end_s = now_s + overlap_s
        kept = [
            _Secret(
                value=each.value, retires_s=end_s if each.retires_s is None else min(end_s, each.retires_s)
            )
            for each in self._current()
        ]
        self._write([_new(), *(each for each in kept if each.retires_s is None or now_s < each.retires_s)])

    def _current(self) -> Sequence[_Secret]:
        with self._lock:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns)
            if stamp != self._seen:
                self._secrets = [
                    _Secret(value=bytes.fromhex(each["secret"]), retires_s=each["retires_s"])
                    for each in orjson.loads(self._path.read_bytes())
                ]
                self._seen = stamp
            return self._secrets

    def _write(self, kept: Sequence[_Secret]) -> None:
        listed = [{"secret": each.value.hex(), "retires_s": each.retires_s} for each in kept]
        handle, name = tempfile.mkstemp(dir=self._path.parent)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(listed))
                file.flush()
                os.fsync(file.fileno())
            written.replace(self._path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                written.unlink()


def _new() -> _Secret:
    return _Secret(value=secrets.token_bytes(_SECRET_BYTES), retires_s=None)
