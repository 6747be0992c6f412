"""Media of rows, kept."""

from pathlib import Path
from typing import cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.access import Access
from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.translate.media import key_of
from tests.support.media import DATA_URL, PNG

KEY = key_of(PNG)


def write(project_id: str | None = "p", value: str = DATA_URL) -> RowWrite:
    return RowWrite(row=cast("Row", {"id": "r", "project_id": project_id, "input": value}), fact="f")


def readers_of(attachments: Attachments, *projects: str) -> Attachments:
    return attachments.seen_by(lambda: Access(scopes=frozenset(), projects=frozenset(projects)))


def test_the_bytes_are_there_when_the_row_refers_to_them(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")

    (kept,) = MediaKeeper(attachments, min_bytes=0).keep([write()])

    assert kept.row.get("input") == {
        "type": "braintrust_attachment", "filename": "file.png", "content_type": "image/png", "key": KEY,
    }  # fmt: skip
    assert kept.fact == "f"
    path = attachments.bytes_of(KEY, "p")
    assert path is not None
    assert path.read_bytes() == PNG


def test_who_reaches_the_project_reads_them_and_nobody_else(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")

    MediaKeeper(attachments, min_bytes=0).keep([write("p")])

    assert readers_of(attachments, "p").find(KEY) is not None
    assert readers_of(attachments, "q").find(KEY) is None
    assert attachments.find(KEY) is not None


def test_bytes_that_are_there_are_not_written_again(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    keeper = MediaKeeper(attachments, min_bytes=0)
    keeper.keep([write()])
    path = attachments.bytes_of(KEY, "p")
    assert path is not None
    before = path.stat()

    keeper.keep([write(), write()])

    assert path.stat().st_ino == before.st_ino


def test_a_row_without_media_is_passed_on(tmp_path: Path) -> None:
    writes = [write(value="hello")]

    assert MediaKeeper(Attachments(tmp_path / "a"), min_bytes=0).keep(writes)[0] is writes[0]


def test_a_disk_that_takes_nothing_costs_no_row(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "a")
    place = attachments.place_of_project("p")
    (tmp_path / "a" / place).rename(tmp_path / "away")
    (tmp_path / "a" / place).write_text("in the way")

    with pytest.raises(RetryableError, match="cannot be written now"):
        MediaKeeper(attachments, min_bytes=0).keep([write()])
