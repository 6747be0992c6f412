"""Attachments that no row refers to any more."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.references import Unreferenced
from tests.support.rows import XACT, row, writes

DAY_S = 86_400.0


class Data:
    """A store and its attachments."""

    def __init__(self, folder: Path) -> None:
        self.store = DuckDBStore(folder / "rows.duckdb")
        self.attachments = Attachments(folder / "attachments")
        self.objects: list[str] = []
        self.unreferenced = Unreferenced(
            folder / "attachments",
            lambda statement: self.store.select(statement, timeout_s=30),
            lambda: self.objects,
        )

    def attach(self, key: str, *, place: str = "", age_s: float = 2 * DAY_S) -> Path:
        """Keep an attachment that came some time ago."""
        path = self.attachments.path(key, place=place)
        self.attachments.keep(key, b"12345", place=place)
        os.utime(path, (time.time() - age_s,) * 2)
        return path

    def passes(self) -> list[tuple[int, int]]:
        """What two passes in a row remove."""
        return [self.unreferenced.remove(older_than_s=DAY_S) for _ in range(2)]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    made = Data(tmp_path)
    yield made
    made.store.close()


def reference(key: str) -> Json:
    return {"type": "braintrust_attachment", "filename": "f", "content_type": "text/plain", "key": key}


def test_what_no_row_refers_to_goes_with_the_second_pass(data: Data) -> None:
    path = data.attach("lost", place=data.attachments.place_of_project("p"))
    data.attachments.state("other", {"upload_status": "error"})

    assert data.passes() == [(0, 0), (1, 5)]
    assert not path.exists()


def test_what_a_crash_cut_and_what_was_said_of_uploads_that_never_came_goes_too(data: Data) -> None:
    folder = data.attachments.folder
    data.attachments.state("never came", {"upload_status": "uploading"})
    data.attachments.state("is said of", {"upload_status": "uploading"})
    (folder / "tmpa1_b2c3").write_bytes(b"1234567")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 2 * DAY_S,) * 2)
    (folder / "tmpnew").write_bytes(b"")
    data.store.apply(writes([row("a", input=reference("is said of"))]), next_seq=1)

    passes = data.passes()

    assert [count for count, _ in passes] == [0, 2]
    assert {path.name for path in folder.iterdir()} == {
        "secret", "tmpnew", f"{hashlib.sha256(b'is said of').hexdigest()}.status.json",
    }  # fmt: skip


def _row_with(field: str, value: Any) -> Row:
    return row("a", **{field: value})


@pytest.mark.parametrize("field", ["input", "output", "expected", "metadata", "own_field"])
@pytest.mark.parametrize("key", ["k", 'with "quotes" and é'])
def test_what_a_row_refers_to_stays_wherever_it_says_so(data: Data, field: str, key: str) -> None:
    path = data.attach(key)
    data.store.apply(writes([_row_with(field, {"deep": [reference(key)]})]), next_seq=1)

    assert data.passes() == [(0, 0), (0, 0)]
    assert path.exists()


def test_what_a_past_state_or_a_waiting_fact_or_a_prompt_refers_to_stays(data: Data) -> None:
    paths = [data.attach(key) for key in ("past", "fact", "prompt")]
    data.store.apply(writes([row("a", dataset_id="d", input=reference("past"))]), next_seq=1)
    data.store.apply(writes([row("a", dataset_id="d", xact=XACT + 1, input="now")]), next_seq=2)
    fact = RowWrite(row=row("waits", output=reference("fact")), fact="f", fact_ns=1)
    data.store.apply([fact], next_seq=3)
    data.objects.append('{"messages":[{"type":"braintrust_attachment","key":"prompt"}]}')

    data.passes()

    assert all(path.exists() for path in paths)


def test_what_came_lately_is_left_alone(data: Data) -> None:
    path = data.attach("fresh", age_s=DAY_S - 60)

    assert data.passes() == [(0, 0), (0, 0)]
    assert path.exists()


def test_what_is_referred_to_again_between_two_passes_stays(data: Data) -> None:
    path = data.attach("again")
    data.unreferenced.remove(older_than_s=DAY_S)
    data.attachments.keep("again", b"12345", place="")

    assert data.unreferenced.remove(older_than_s=DAY_S) == (0, 0)
    assert path.exists()


def test_its_own_files_are_no_attachments(data: Data) -> None:
    place = data.attachments.place_of_project("p")
    for file in (data.attachments.folder / "secret", data.attachments.folder / place / "projects.json"):
        os.utime(file, (0, 0))
    assert len(place) == len(hashlib.sha256().hexdigest())

    data.passes()

    assert (data.attachments.folder / "secret").exists()
    assert (data.attachments.folder / place / "projects.json").exists()
