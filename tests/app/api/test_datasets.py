"""Datasets at a real sidecar."""

from typing import Any

import pytest

import otel_bridge
from otel_bridge import Dataset, init_dataset
from tests.support.collector import Collector

pytestmark = pytest.mark.usefixtures("sidecar")


@pytest.fixture
def dataset(project: str) -> Dataset:
    return init_dataset(project, "cases")


def record(dataset: Dataset, record_id: str) -> dict[str, Any]:
    (found,) = [each for each in dataset if each["id"] == record_id]
    return found


def test_nothing_is_asked_before_the_first_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")

    assert str(init_dataset("nowhere")) == "<dataset>"


def test_a_dataset_that_has_no_name_is_called_logs(project: str) -> None:
    assert init_dataset(project).name == "logs"


def test_a_project_must_be_named() -> None:
    with pytest.raises(ValueError, match="Must specify at least one of project or project_id"):
        _ = init_dataset().id


def test_a_record_comes_back_as_it_was_inserted(dataset: Dataset) -> None:
    record_id = dataset.insert({"q": 1}, expected=[2], tags=["t"], metadata={"m": 1})

    found = record(dataset, record_id)
    assert (found["input"], found["expected"]) == ({"q": 1}, [2])
    assert (found["tags"], found["metadata"]) == (["t"], {"m": 1})
    assert "output" not in found


def test_an_insert_replaces_and_an_update_merges(dataset: Dataset) -> None:
    dataset.insert(id="a", input=1, expected=1, metadata={"k": 1}, tags=["x"])
    dataset.insert(id="a", input=2, metadata={"k": 1}, tags=["x"])
    dataset.update("a", metadata={"j": 2}, tags=["y"])

    found = record(dataset, "a")
    assert (found["input"], found["expected"]) == (2, None)
    assert (found["metadata"], found["tags"]) == ({"k": 1, "j": 2}, ["x", "y"])


def test_a_deleted_record_is_gone_at_once_also_from_what_was_read(dataset: Dataset) -> None:
    dataset.insert(id="a", input=1)
    dataset.insert(id="b", input=2)
    assert len(list(dataset)) == 2

    dataset.delete("a")

    assert [each["id"] for each in dataset] == ["b"]


def test_a_version_shows_what_was_there(dataset: Dataset, project: str) -> None:
    dataset.insert(id="a", input=1)
    version = dataset.version
    dataset.insert(id="b", input=2)
    dataset.delete("a")
    dataset.flush()

    then = init_dataset(project, "cases", version=version)

    assert ([each["id"] for each in then], then.version) == (["a"], version)
    assert [each["id"] for each in dataset] == ["b"]
    assert list(init_dataset(project, "cases", version=0)) == []


def test_an_environment_pins_a_version(dataset: Dataset, project: str, sidecar: Collector) -> None:
    dataset.insert(id="a", input=1)
    version = dataset.version
    dataset.insert(id="b", input=2)
    dataset.flush()
    dataset.account.request(
        "PUT", f"/environment-object/dataset/{dataset.id}/production", json={"object_version": version}
    )
    assert sidecar.api == dataset.account.api_url

    pinned = init_dataset(project, "cases", environment="production")

    assert ([each["id"] for each in pinned], pinned.version) == (["a"], version)


def test_a_summary_counts_what_is_there_and_what_was_inserted(dataset: Dataset) -> None:
    for record_id in ("a", "b", "c"):
        dataset.insert(id=record_id, input=1)
    dataset.update("a", expected=1)
    dataset.delete("c")

    summary = dataset.summarize()

    assert "Total records: 2 (3 new or updated records)" in str(summary)
    assert summary.dataset_url.endswith("/datasets/cases")
    assert dataset.summarize(summarize_data=False).data_summary is None


def test_files_are_read_back(dataset: Dataset, project: str) -> None:
    file = otel_bridge.Attachment(data=b"hello", filename="f.txt", content_type="text/plain")
    dataset.insert(id="a", input={"file": file})
    dataset.flush()

    (found,) = init_dataset(project, "cases")

    assert found["input"]["file"].data == b"hello"
    assert found["input"]["file"].reference == file.reference


def test_the_old_name_of_expected_is_taken_and_given(dataset: Dataset, project: str) -> None:
    dataset.insert(id="a", input=1, output=2)
    dataset.flush()

    (found,) = init_dataset(project, "cases", use_output=True)

    assert found["output"] == 2
    assert "expected" not in found
    with pytest.raises(ValueError, match="Only one of expected or output"):
        dataset.insert(1, expected=1, output=1)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({"tags": "a"}, "tags must be a list", id="tags"),
        pytest.param({"metadata": {1: 1}}, "metadata keys must be strings", id="metadata"),
    ],
)
def test_wrong_fields_are_refused(dataset: Dataset, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        dataset.insert(1, **fields)


def test_a_dataset_is_found_by_its_id(dataset: Dataset, project: str) -> None:
    found = init_dataset(dataset_id=dataset.id)

    assert (found.name, found.project.name, found.close()) == ("cases", project, dataset.id)
