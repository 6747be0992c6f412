"""Attachments that follow their rows."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from otel_bridge_collector.sinks.braintrust_upload import AttachmentUploads
from otel_bridge_collector.store.attachments import Attachments


class There:
    """A destination that keeps what it is given."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}

    async def upload_attachment(self, reference: Mapping[str, str], data: bytes) -> None:
        self.taken[reference["key"]] = data


def take(there: There, folder: Path, *keys: str) -> None:
    uploads = AttachmentUploads(there, Attachments(folder / "attachments"), folder / "waiting")
    asyncio.run(uploads.take({key: {"key": key} for key in keys}))


def test_what_is_here_goes_at_once_and_once(tmp_path: Path) -> None:
    there = There()
    Attachments(tmp_path / "attachments").path("a").write_bytes(b"1")

    take(there, tmp_path, "a")
    taken = dict(there.taken)
    there.taken.clear()
    take(there, tmp_path)

    assert (taken, there.taken) == ({"a": b"1"}, {})


def test_what_is_not_here_yet_waits_over_a_restart(tmp_path: Path) -> None:
    there = There()

    take(there, tmp_path, "late")
    Attachments(tmp_path / "attachments").path("late").write_bytes(b"2")
    take(there, tmp_path)

    assert there.taken == {"late": b"2"}
