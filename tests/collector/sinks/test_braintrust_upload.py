"""Attachments that follow their rows."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from otel_bridge_collector.sinks.braintrust_upload import AttachmentUploads
from otel_bridge_collector.store.attachments import Attachments


class There:
    """A destination that keeps what it is given."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}
        self.references: list[Mapping[str, str]] = []

    async def upload_attachment(self, reference: Mapping[str, str], data: bytes) -> None:
        self.taken[reference["key"]] = data
        self.references.append(reference)


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


def test_what_is_referred_to_again_is_not_uploaded_again_unless_it_changed(tmp_path: Path) -> None:
    there, attachments = There(), Attachments(tmp_path / "attachments")
    uploads = AttachmentUploads(there, attachments, tmp_path / "waiting")
    attachments.path("a").write_bytes(b"1")

    asyncio.run(uploads.take({"a": {"key": "a"}}))
    there.taken.clear()
    asyncio.run(uploads.take({"a": {"key": "a"}}))
    again = dict(there.taken)
    attachments.path("a").write_bytes(b"2")
    os.utime(attachments.path("a"), ns=(1, 1))
    asyncio.run(uploads.take({"a": {"key": "a"}}))

    assert (again, there.taken) == ({}, {"a": b"2"})


def test_what_a_key_of_one_project_uploaded_goes_with_the_rows_of_that_project(tmp_path: Path) -> None:
    there, attachments = There(), Attachments(tmp_path / "attachments")
    attachments.keep("a", b"1", place=attachments.place_of_project("p"))
    uploads = AttachmentUploads(there, attachments, tmp_path / "waiting")

    asyncio.run(uploads.take({"a": {"key": "a", "project_id": "q"}}))
    others = dict(there.taken)
    asyncio.run(uploads.take({"a": {"key": "a", "project_id": "p"}}))

    assert (others, there.taken, there.references) == ({}, {"a": b"1"}, [{"key": "a"}])
