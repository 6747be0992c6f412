"""Datasets as people edit them, over a dataset of one record."""

import json

import pytest
from starlette.testclient import TestClient

from tests.support.page import asks_first, form_token, page_of
from tests.support.rows import Asking

PROJECT = "/app/local/p/p"
MARKS = "<b>bold</b>"


@pytest.fixture
def edited(example: Asking) -> Asking:
    example.objects.in_projects.create("dataset", example.project_id, "cases", object_id="d")
    example.add({"dataset_id": "d"}, {"id": "one", "input": "question", "expected": {"a": 1}})
    return example


@pytest.fixture
def editor(edited: Asking) -> TestClient:
    return page_of(edited)


def send(editor: TestClient, path: str, **fields: str) -> str:
    token = form_token(editor.get(f"{PROJECT}/record?dataset=d").text)
    return editor.post(f"/ui/{path}", data={**fields, "form_token": token}).text


def records(edited: Asking) -> list[object]:
    return [dict(row) for row in edited.rows("select: input, expected, tags | from: dataset('d') | sort: id")]


def test_a_dataset_is_made_and_shown(editor: TestClient) -> None:
    assert "Dataset <bdi>answers</bdi>" in send(
        editor, "dataset", project="p", name="answers", description="of all"
    )
    assert "of all" in editor.get(f"{PROJECT}/datasets").text


def test_a_dataset_needs_a_name(editor: TestClient) -> None:
    assert "a dataset needs a name" in send(editor, "dataset", project="p", name=" ")


def test_a_record_is_added(editor: TestClient, edited: Asking) -> None:
    send(editor, "record", dataset="d", input='{"q": [1]}', tags='["new"]')

    assert {"input": {"q": [1]}, "expected": None, "tags": ["new"]} in records(edited)


def test_a_large_record_is_opened_and_saved(editor: TestClient, edited: Asking) -> None:
    large = 'say "it" ' * 150_000
    edited.add({"dataset_id": "d"}, {"id": "one", "input": large})
    shown = editor.get(f"{PROJECT}/record?dataset=d&id=one")

    send(editor, "record", dataset="d", id="one", input=json.dumps(large), tags='["saved"]')

    assert shown.status_code == 200
    assert records(edited) == [{"input": large, "expected": None, "tags": ["saved"]}]


def test_a_record_that_no_form_takes_is_not_shown_in_one(editor: TestClient, edited: Asking) -> None:
    edited.add({"dataset_id": "d"}, {"id": "one", "input": "x" * (10 << 20)})

    shown = editor.get(f"{PROJECT}/record?dataset=d&id=one")

    assert (shown.status_code, "this record is too large for a form" in shown.text) == (400, True)
    assert "POST /v1/dataset/d/insert" in shown.text


def test_a_record_is_changed_and_keeps_what_the_form_does_not_have(
    editor: TestClient, edited: Asking
) -> None:
    edited.add({"dataset_id": "d"}, {"id": "one", "input": "question", "origin": {"id": "span"}})

    send(editor, "record", dataset="d", id="one", input='"other"')

    found = edited.rows("select: input, origin.id as o | from: dataset('d')")
    assert [dict(row) for row in found] == [{"input": "other", "o": "span"}]


def test_the_form_has_what_the_record_holds(editor: TestClient) -> None:
    assert "{\n  &#34;a&#34;: 1\n}</textarea>" in editor.get(f"{PROJECT}/record?dataset=d&id=one").text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"input": '{"a": 1,\n "b": }'}, "input, line 2, column 7", id="place"),
        pytest.param({"input": "question"}, "input, line 1, column 1", id="bare text"),
        pytest.param({"expected": "NaN"}, "NaN is no number of JSON", id="no number"),
        pytest.param({"metadata": "[1]"}, "is no object", id="metadata"),
        pytest.param({"tags": "[1]"}, "is no list of texts", id="tags"),
        pytest.param({"inputs": "1"}, "input may be meant", id="misspelt"),
        pytest.param({"id": "none", "input": "1"}, "there is no record", id="no such record"),
    ],
)
def test_a_wrong_record_is_told_and_not_kept(
    editor: TestClient, edited: Asking, fields: dict[str, str], message: str
) -> None:
    before = records(edited)

    assert message in send(editor, "record", **{"dataset": "d", **fields})
    assert records(edited) == before


def test_what_was_typed_wrongly_stays_in_the_form(editor: TestClient) -> None:
    text = send(editor, "record", dataset="d", input='{"a": </textarea>')

    assert "{&#34;a&#34;: &lt;/textarea&gt;</textarea>" in text


def test_a_record_is_deleted(editor: TestClient, edited: Asking) -> None:
    assert "No rows" in send(editor, "record/delete", dataset="d", id="one")
    assert records(edited) == []


def test_an_old_version_is_there_and_what_changed_since(editor: TestClient, edited: Asking) -> None:
    (old,) = edited.rows("select: _xact_id | from: dataset('d')")
    send(editor, "record", dataset="d", id="one", input=f'"{MARKS}"')

    then = editor.get(f"{PROJECT}/datasets/cases?version={old['_xact_id']}").text
    differs = editor.get(f"{PROJECT}/versions?dataset=d&before={old['_xact_id']}").text

    assert ("question" in then, MARKS in then) == (True, False)
    assert "<del>question</del>" in differs
    assert "bold" in differs
    assert MARKS not in differs


def test_a_wrong_version_is_told(editor: TestClient) -> None:
    assert "this is no version" in editor.get(f"{PROJECT}/versions?dataset=d&before=x").text


def test_deleting_a_record_asks_first(editor: TestClient) -> None:
    shown = editor.get("/app/local/object?object_type=dataset&object_id=d&id=one").text

    assert asks_first(shown, "/ui/record/delete")
