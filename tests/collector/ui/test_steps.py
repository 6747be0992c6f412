"""The whole tree of a trace as JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.page import page_of
from tests.support.page_talk import talk_rows
from tests.support.rows import Asking


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path, talk_rows(1_790_000_000.0))
    yield asking
    asking.close()


def told(browser: TestClient, example: Asking, row_id: str, **more: str) -> Any:
    asked = {"object_type": "project_logs", "object_id": example.project_id, "id": row_id, **more}
    return browser.get("/ui/steps", params=asked).raise_for_status().json()


def test_the_whole_tree_is_told_as_the_page_writes_it(talk: Asking) -> None:
    body = told(page_of(talk), talk, "talk-2")

    assert body["whole_s"] == 6
    assert [step[0] for step in body["steps"]][:3] == ["talk", "talk-1", "talk-tool"]
    assert body["steps"][1] == [
        "talk-1", "chat gpt-4o", "llm", 1, 33.33, 300.0, "1.80 s", "1,280", "$0.0038", False,
    ]  # fmt: skip


def test_nothing_hides_in_a_name(talk: Asking) -> None:
    talk.add(
        {"project_id": talk.project_id},
        {"id": "x", "root_span_id": "talk", "span_attributes": {"name": "a\u202eb"}},
    )

    names = {step[1] for step in told(page_of(talk), talk, "x")["steps"]}

    assert "a⟨U+202E⟩b" in names


def test_words_are_looked_for_in_the_text_of_one_trace(talk: Asking) -> None:
    talk.add({"project_id": talk.project_id}, {"id": "x", "root_span_id": "x", "output": "the label too"})

    assert told(page_of(talk), talk, "talk", search="label")["ids"] == ["talk-2", "talk-1"]
    assert told(page_of(talk), talk, "talk", search="not paid")["ids"] == ["talk-pay"]


def test_a_trace_that_is_not_there_is_not_told(talk: Asking) -> None:
    asked = {"object_type": "project_logs", "object_id": talk.project_id, "id": "none"}

    assert page_of(talk).get("/ui/steps", params=asked).status_code == 404
