"""Prompts as they were last loaded, for when the server is away: in memory, and on disk for the next process.

A prompt that cannot be kept, or read again, is only logged: the cache must never fail what works without it.
"""

import contextlib
import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

logger = logging.getLogger(__name__)


class PromptCache:
    """Prompts by key. Any thread may call.

    Args:
        folder: where they are kept on disk; made when the first one is.
        memory_size: prompts in memory, at most; the longest unused goes first.
        disk_size: prompts on disk, at most; the longest unchanged goes first. 0 keeps none there.
    """

    def __init__(self, folder: Path, *, memory_size: int, disk_size: int) -> None:
        self._folder = folder
        self._memory_size, self._disk_size = memory_size, disk_size
        self._known: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Mapping[str, Any] | None:
        """Return the prompt of a key, or None."""
        with self._lock:
            found = self._known.get(key) or self._read(key)
            if found is not None:
                self._remember(key, found)
            return found

    def set(self, key: str, prompt: Mapping[str, Any]) -> None:
        """Keep the prompt of a key."""
        with self._lock:
            self._remember(key, prompt)
            if self._disk_size:
                self._write(key, prompt)

    def _remember(self, key: str, prompt: Mapping[str, Any]) -> None:
        self._known[key] = prompt
        self._known.move_to_end(key)
        while len(self._known) > self._memory_size:
            self._known.popitem(last=False)

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def _read(self, key: str) -> Mapping[str, Any] | None:
        if not self._disk_size:
            return None
        try:
            found: object = json.loads(self._path(key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.warning("a prompt in %s cannot be read (%s)", self._folder, type(error).__name__)
            return None
        return cast("Mapping[str, Any]", found) if isinstance(found, dict) else None

    def _write(self, key: str, prompt: Mapping[str, Any]) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made for its owner only, and renamed: another process never reads half of it.
            with NamedTemporaryFile("w", dir=self._folder, suffix=".new", delete=False) as file:
                new = Path(file.name)
                try:
                    json.dump(prompt, file)
                    file.close()
                    new.replace(self._path(key))
                finally:
                    new.unlink(missing_ok=True)
            self._remove_oldest()
        except (OSError, TypeError, ValueError) as error:
            logger.warning("a prompt could not be kept in %s (%s)", self._folder, type(error).__name__)

    def _remove_oldest(self) -> None:
        times: dict[Path, int] = {}
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):  # another process removes some, too
                times[path] = path.stat().st_mtime_ns
        for path in sorted(times, key=times.__getitem__)[: max(len(times) - self._disk_size, 0)]:
            path.unlink(missing_ok=True)
