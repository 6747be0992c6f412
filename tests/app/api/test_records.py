"""Rows that were read and remembered."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from otel_bridge import ReadonlyAttachment
from otel_bridge.api.records import Records
from otel_bridge.control.paging import ObjectRows

REFERENCE = {"type": "braintrust_attachment", "filename": "f", "content_type": "text/plain", "key": "k"}


class Rows:
    """Rows that count how often they are read."""

    def __init__(self, *rows: Mapping[str, Any]) -> None:
        self.rows, self.readings = rows, 0

    def read(self, batch_size: int | None = None) -> Iterator[Mapping[str, Any]]:
        del batch_size
        self.readings += 1
        return iter(self.rows)

    def records(self) -> Records:
        return Records(lambda: cast("ObjectRows", self))


def test_rows_are_read_once_until_they_are_forgotten() -> None:
    rows = Rows({"id": "a"})
    records = rows.records()

    assert records.all() == records.all() == [{"id": "a"}]
    records.forget()
    records.all()

    assert rows.readings == 2


def test_next_begins_again_after_the_end() -> None:
    records = Rows({"id": "a"}, {"id": "b"}).records()

    walked = [records.next()["id"], records.next()["id"]]
    with pytest.raises(StopIteration):
        records.next()

    assert walked == ["a", "b"]
    assert records.next()["id"] == "a"


def test_the_version_is_the_newest_transaction() -> None:
    assert Rows({"_xact_id": "10"}, {"_xact_id": "12"}, {}).records().version() == "12"
    assert Rows().records().version() == "0"


def test_references_become_attachments_wherever_they_stand() -> None:
    ((row),) = (
        Rows({"input": {"files": [REFERENCE]}, "expected": {"type": "other", "key": 1}}).records().all()
    )

    (file,) = row["input"]["files"]
    assert isinstance(file, ReadonlyAttachment)
    assert file.reference == REFERENCE
    assert row["expected"] == {"type": "other", "key": 1}
