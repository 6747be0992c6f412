"""Reading page by page, from a real sidecar, while somebody writes."""

from collections.abc import Iterator
from typing import Any

import pytest

import otel_bridge
from otel_bridge import Dataset
from otel_bridge.control import http
from otel_bridge.control.paging import ObjectRows
from otel_bridge.errors import AnswerTooLargeError

pytestmark = pytest.mark.usefixtures("sidecar")


@pytest.fixture
def dataset(project: str) -> Dataset:
    made = otel_bridge.init_dataset(project, "d")
    for number in range(5):
        made.insert(id=str(number), input=number)
        made.flush()
    return made


def rows_of(dataset: Dataset, batch_size: int | None = None, **more: Any) -> Iterator[str]:
    found = ObjectRows(dataset.account, "dataset", dataset.id, **more)
    return (str(row["id"]) for row in found.read(batch_size))


def test_all_pages_are_read_latest_first(dataset: Dataset) -> None:
    assert list(rows_of(dataset, 2)) == ["4", "3", "2", "1", "0"]


def test_a_row_that_is_written_anew_meanwhile_is_not_missed(dataset: Dataset) -> None:
    reading = rows_of(dataset, 2)
    begun = [next(reading), next(reading)]
    dataset.update("0", expected="new")  # moves in front of what was read already
    dataset.insert(id="5", input=5)
    dataset.flush()

    rest = list(reading)

    assert begun == ["4", "3"]
    assert set(rest) == {"2", "1", "0", "5"}
    assert len(rest) == 4


def test_a_row_that_comes_twice_is_given_once(dataset: Dataset) -> None:
    reading = rows_of(dataset, 2)
    begun = [next(reading)]
    dataset.update("4", expected="new")
    dataset.flush()

    assert sorted([*begun, *reading]) == ["0", "1", "2", "3", "4"]


def test_a_version_stays_as_it_was(dataset: Dataset) -> None:
    version = dataset.version
    dataset.delete("1")
    dataset.insert(id="9", input=9)
    dataset.flush()

    assert list(rows_of(dataset, 2, version=version)) == ["4", "3", "2", "1", "0"]


def test_pages_that_are_too_long_are_read_in_smaller_ones(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 2_000)

    assert list(rows_of(dataset, 16)) == ["4", "3", "2", "1", "0"]


def test_a_row_that_is_too_long_by_itself_is_an_error(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 10)

    with pytest.raises(AnswerTooLargeError):
        list(rows_of(dataset))


def test_clauses_of_a_query_choose(dataset: Dataset) -> None:
    over_two = {
        "op": "gt", "left": {"op": "ident", "name": ["input"]}, "right": {"op": "literal", "value": 2},
    }  # fmt: skip

    assert sorted(rows_of(dataset, btql={"filter": over_two})) == ["3", "4"]
