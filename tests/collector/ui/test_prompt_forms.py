"""Prompts as people edit them, over a project with one prompt."""

import re
from collections.abc import Mapping

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject
from tests.support.page import asks_first, form_token, page_of
from tests.support.rows import Asking

PROJECT = "/app/local/p/p"
MARKS = "</textarea><b>bold</b>"
FIRST = 1_000_197_156_530_614_001
DATA: Mapping[str, Json] = {
    "description": "as it was",
    "tags": ["kept"],
    "prompt_data": {
        "prompt": {"type": "chat", "messages": [{"role": "user", "content": "Say hello"}]},
        "options": {"model": "m1"},
        "parser": {"type": "llm_classifier"},
    },
}


@pytest.fixture
def saved(example: Asking) -> Asking:
    example.objects.in_projects.create(
        "prompt", example.project_id, "Greeting", slug="greet", data=DATA, object_id="g", xact_id=FIRST
    )
    return example


@pytest.fixture
def editor(saved: Asking) -> TestClient:
    return page_of(saved)


def send(editor: TestClient, path: str = "prompt", **fields: str | list[str]) -> str:
    token = form_token(editor.get(f"{PROJECT}/prompt").text)
    return editor.post(f"/ui/{path}", data={"project": "p", **fields, "form_token": token}).text


def edit(editor: TestClient, **fields: str | list[str]) -> str:
    """Send the form of the prompt with some fields changed."""
    seen = re.search(r'name="seen" value="(\d+)"', editor.get(f"{PROJECT}/prompt?prompt=greet").text)
    assert seen
    given: dict[str, str | list[str]] = {
        "prompt": "g", "seen": seen[1], "name": "Greeting", "slug": "greet", "role": "user", "content": "Say hi",
    }  # fmt: skip
    return send(editor, "prompt", **{**given, **fields})


def prompt(saved: Asking, slug: str = "greet") -> ProjectObject:
    (found,) = saved.objects.in_projects.find("prompt", project_id=saved.project_id, slug=slug)
    return found


def test_a_prompt_is_made_and_shown(editor: TestClient, saved: Asking) -> None:
    shown = send(
        editor, name="Where parcels are!", model="m2", params='{"temperature": 0}', description="of parcels",
        role=["system", "user"], content=["Be brief.", "Where is {{parcel}}?"],
    )  # fmt: skip

    assert "Prompt <bdi>Where parcels are!</bdi>" in shown
    assert prompt(saved, "where-parcels-are").data == {
        "description": "of parcels",
        "prompt_data": {
            "prompt": {
                "type": "chat",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Where is {{parcel}}?"},
                ],
            },
            "options": {"model": "m2", "params": {"temperature": 0}},
        },
    }


def test_the_form_has_what_the_prompt_holds(editor: TestClient) -> None:
    text = editor.get(f"{PROJECT}/prompt?prompt=greet").text

    assert 'value="greet"' in text
    assert "Say hello</textarea>" in text
    assert 'value="as it was"' in text


def test_an_older_version_comes_back_by_its_form(editor: TestClient) -> None:
    edit(editor, content="Say bye")

    assert "Say hello</textarea>" in editor.get(f"{PROJECT}/prompt?prompt=greet&version={FIRST}").text
    assert "Say bye</textarea>" in editor.get(f"{PROJECT}/prompt?prompt=greet").text


def test_a_change_is_a_new_version_and_keeps_what_the_form_does_not_have(
    editor: TestClient, saved: Asking
) -> None:
    edit(editor, name="Hello", slug="hello", content="Say <hi>")

    changed = prompt(saved, "hello")
    data = changed.data["prompt_data"]
    assert isinstance(data, dict)
    assert (changed.id, changed.name, changed.data["tags"]) == ("g", "Hello", ["kept"])
    assert data["parser"] == {"type": "llm_classifier"}
    assert data["prompt"]["messages"] == [{"role": "user", "content": "Say <hi>"}]
    assert len(saved.objects.in_projects.versions(changed)) == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"name": " "}, "Name: a prompt needs one", id="no name"),
        pytest.param({"name": "???", "slug": ""}, "Slug: it does not follow", id="no slug"),
        pytest.param({"slug": "taken"}, "has the slug &#34;taken&#34;", id="slug of another"),
        pytest.param({"seen": "1"}, "somebody has saved another version meanwhile", id="changed meanwhile"),
        pytest.param({"params": '{"a": }'}, "Parameters, line 1, column 7", id="parameters"),
        pytest.param({"content": "{{a"}, "Message 1, line 1, column 1: a tag begins here", id="template"),
        pytest.param({"content": " "}, "Message 1: says nothing", id="no message"),
        pytest.param({"contents": "a"}, "content may be meant", id="misspelt"),
        pytest.param({"step": "send"}, "step is &#34;send&#34;", id="step"),
        pytest.param({"prompt": "none"}, "there is no prompt", id="no such prompt"),
    ],
)
def test_a_wrong_prompt_is_told_and_not_kept(
    editor: TestClient, saved: Asking, fields: dict[str, str], told: str
) -> None:
    saved.objects.in_projects.create("prompt", saved.project_id, "Taken", slug="taken")

    assert told in edit(editor, **fields)
    assert (prompt(saved).xact_id, prompt(saved).data) == (FIRST, DATA)


def test_what_was_typed_wrongly_stays_in_the_form(editor: TestClient) -> None:
    text = edit(editor, content=MARKS, params="{")
    broken = edit(editor, content="Say\n{{#a}} it")

    assert "&lt;/textarea&gt;&lt;b&gt;bold&lt;/b&gt;</textarea>" in text
    assert MARKS not in text
    assert "Say\n{{#a}} it</textarea>" in broken


def test_what_was_saved_meanwhile_is_overwritten_by_who_insists(editor: TestClient, saved: Asking) -> None:
    text = edit(editor, seen="1")
    seen = re.search(r'name="seen" value="(\d+)"', text)
    assert seen

    edit(editor, seen=seen[1])

    assert len(saved.objects.in_projects.versions(prompt(saved))) == 2


def test_one_more_message_is_asked_for_and_nothing_saved(editor: TestClient, saved: Asking) -> None:
    text = edit(editor, step="message", content="half a")

    assert text.count('name="content"') == 2
    assert "half a</textarea>" in text
    assert prompt(saved).xact_id == FIRST


def test_an_environment_uses_a_version_until_it_does_not(editor: TestClient, saved: Asking) -> None:
    edit(editor)

    shown = send(editor, "prompt/environment", prompt="g", version=str(FIRST), environment="production")
    (used,) = saved.objects.in_projects.find("environment_object", project_id="g")
    gone = send(editor, "prompt/environment/delete", prompt="g", environment="production")

    assert used.data == {"object_version": str(FIRST)}
    assert "Let production use no version" in shown
    assert "Let production use no version" not in gone


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        pytest.param("environment", {"environment": " "}, "needs a name", id="no name"),
        pytest.param("environment", {"environment": "a", "version": "5"}, "has no version 5", id="version"),
        pytest.param("environment", {"environments": "a"}, "environment may be meant", id="misspelt"),
        pytest.param("environment/delete", {"environment": "a"}, "uses no version of it", id="unused"),
        pytest.param("environment/delete", {"version": "1"}, "has no field", id="no field of it"),
    ],
)
def test_what_no_environment_can_use_is_told(
    editor: TestClient, saved: Asking, path: str, fields: dict[str, str], told: str
) -> None:
    assert told in send(editor, f"prompt/{path}", prompt="g", **fields)
    assert list(saved.objects.in_projects.find("environment_object", project_id="g")) == []


@pytest.mark.parametrize("page", ["prompt", "playground"])
def test_a_prompt_that_no_form_takes_is_not_shown_in_one(
    editor: TestClient, saved: Asking, page: str
) -> None:
    message: Json = {"role": "user", "content": "x" * (10 << 20)}
    data: Json = {"prompt": {"type": "chat", "messages": [message]}}
    saved.objects.in_projects.create(
        "prompt", saved.project_id, "Large", slug="large", data={"prompt_data": data}, object_id="l"
    )

    shown = editor.get(f"{PROJECT}/{page}?prompt=large")

    assert (shown.status_code, "this prompt is too large for a form" in shown.text) == (400, True)


def test_a_prompt_of_some_megabytes_is_saved(editor: TestClient, saved: Asking) -> None:
    edit(editor, content="x" * (3 << 20))

    assert len(str(prompt(saved).data)) > 3 << 20


def test_taking_a_prompt_from_an_environment_asks_first(editor: TestClient) -> None:
    shown = send(editor, "prompt/environment", prompt="g", version=str(FIRST), environment="production")

    assert asks_first(shown, "/ui/prompt/environment/delete")
