"""Prompts and their versions, over one prompt of two versions."""

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from tests.support.page import page_of
from tests.support.rows import Asking

PROMPTS = "/app/local/p/p/prompts"
MARKS = "<b>bold</b>"
FIRST, SECOND = 1_000_197_156_530_614_001, 1_000_197_156_530_614_002


def prompt_data(text: str) -> dict[str, Json]:
    messages: list[Json] = [{"role": "user", "content": text}]
    return {"prompt_data": {"prompt": {"type": "chat", "messages": messages}, "options": {"model": "m1"}}}


@pytest.fixture
def reader(example: Asking) -> TestClient:
    objects = example.objects.in_projects
    made = objects.create(
        "prompt", example.project_id, "Greeting", slug="greet", data=prompt_data("Say hello"), object_id="g", xact_id=FIRST
    )  # fmt: skip
    objects.update(made, data=prompt_data(f"Say {MARKS}"), xact_id=SECOND)
    objects.create("environment_object", "g", "production", data={"object_version": str(FIRST)})
    return page_of(example)


def test_the_list_has_prompts_and_where_they_are_used(reader: TestClient) -> None:
    text = reader.get(PROMPTS).text

    assert f'href="{PROMPTS}/greet"' in text
    assert "<bdi>production</bdi>" in text


def test_a_prompt_is_shown_as_it_is(reader: TestClient) -> None:
    text = reader.get(f"{PROMPTS}/greet").text

    assert "Say &lt;b&gt;bold&lt;/b&gt;" in text
    assert MARKS not in text
    assert "older version" not in text


def test_a_prompt_is_shown_as_it_was(reader: TestClient) -> None:
    text = reader.get(f"{PROMPTS}/greet?version={FIRST}").text

    assert "Say hello" in text
    assert "older version" in text


def test_what_a_version_changed_is_marked(reader: TestClient) -> None:
    text = reader.get(f"{PROMPTS}/greet?version={SECOND}&before={FIRST}").text

    assert "Say <del>hello</del><ins>" in text


def test_a_prompt_is_found_by_its_id_too(reader: TestClient) -> None:
    assert "Greeting" in reader.get(f"{PROMPTS}/g").text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("none", "there is no prompt", id="no such prompt"),
        pytest.param("greet?version=5", "has no version 5", id="before the first"),
        pytest.param("greet?version=x", "this is no version", id="no version"),
    ],
)
def test_what_is_not_there_is_told(reader: TestClient, path: str, message: str) -> None:
    answer = reader.get(f"{PROMPTS}/{path}")

    assert answer.status_code in (400, 404)
    assert message in answer.text.replace("&#34;", '"')
