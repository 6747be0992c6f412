"""Views of the logs that people keep."""

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.views import MAX_VIEWS, kept_views
from tests.support.page import form_token
from tests.support.rows import Asking

LOGS = "/app/o/p/p/logs"
HOSTILE = "<script>alert(1)</script>\u202e"


def send(browser: TestClient, example: Asking, **fields: str) -> str:
    token = form_token(browser.get(LOGS).text)
    answer = browser.post("/ui/views", data={"project": example.project_id, "form_token": token, **fields})
    return answer.text


def queries(example: Asking) -> list[str]:
    project = example.objects.project(example.project_id)
    assert project
    return [each.query for each in kept_views(example.objects, project)]


def test_a_view_is_kept_and_shown_with_what_it_asks_for(browser: TestClient, example: Asking) -> None:
    shown = send(browser, example, name="gold", filter="metadata.model = 'claude'", rows="spans", since="7d")

    assert queries(example) == ["?filter=metadata.model+%3D+%27claude%27&since=7d&rows=spans"]
    assert "<bdi>gold</bdi>" in shown


def test_a_view_of_the_same_name_takes_its_place(browser: TestClient, example: Asking) -> None:
    send(browser, example, name="mine", search="one")
    send(browser, example, name="mine", search="two")

    assert queries(example) == ["?search=two"]


def test_a_view_is_deleted(browser: TestClient, example: Asking) -> None:
    send(browser, example, name="mine", search="one")
    (made,) = example.objects.in_projects.find("view")

    send(browser, example, delete=made.id)

    assert queries(example) == []


def test_the_name_of_a_view_is_text(browser: TestClient, example: Asking) -> None:
    shown = send(browser, example, name=HOSTILE)

    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩</bdi>" in shown


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_view_needs_a_name_of_some_length(browser: TestClient, example: Asking, name: str) -> None:
    assert "a view needs a name" in send(browser, example, name=name)


def test_a_project_keeps_so_many_views(browser: TestClient, example: Asking) -> None:
    data: dict[str, Json] = {"view_type": "logs", "view_data": {"otel_bridge": {}}}
    for each in range(MAX_VIEWS):
        example.objects.in_projects.create("view", example.project_id, f"v{each}", data=data)

    assert "delete one first" in send(browser, example, name="one more")


def test_views_of_other_programs_are_left_alone(browser: TestClient, example: Asking) -> None:
    example.objects.in_projects.create(
        "view", example.project_id, "theirs", data={"view_type": "logs", "view_data": {"a": 1}}
    )

    assert "theirs" not in browser.get(LOGS).text
