"""Views of the monitor that are kept."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.support.page import form_token
from tests.support.rows import Asking

MONITOR = "/app/local/p/p/monitor"


def send(browser: TestClient, path: str, **fields: str) -> str:
    token = form_token(browser.get(MONITOR).text)
    return browser.post(f"/ui/{path}", data={"project": "p", **fields, "form_token": token}).text


def kept(example: Asking) -> list[tuple[str, object]]:
    found = example.objects.in_projects.find("view", project_id=example.project_id)
    return [(each.name, each.data["options"]) for each in found]


def test_a_view_is_kept_as_json_and_its_link_shows_it(browser: TestClient, example: Asking) -> None:
    text = send(browser, "monitor-view", name="costs <of> gold", by="metadata.model", since="")
    link = unescape(text.split('"><bdi>costs &lt;of&gt; gold')[0].rsplit('href="', 1)[1])

    assert kept(example) == [("costs <of> gold", {"asked": {"by": "metadata.model"}})]
    assert "<bdi>claude</bdi>" in browser.get(f"{MONITOR}{link}").text


def test_a_view_is_replaced_under_its_name(browser: TestClient, example: Asking) -> None:
    for by in ("metadata.model", "metadata.user_id"):
        send(browser, "monitor-view", name="mine", by=by)

    assert kept(example) == [("mine", {"asked": {"by": "metadata.user_id"}})]


def test_a_view_of_another_page_is_left_alone(browser: TestClient, example: Asking) -> None:
    example.objects.in_projects.create(
        "view", example.project_id, "mine", data={"view_type": "logs", "options": {}}
    )

    assert "another view" in send(browser, "monitor-view", name="mine")
    assert kept(example) == [("mine", {})]


def test_a_view_is_deleted(browser: TestClient, example: Asking) -> None:
    send(browser, "monitor-view", name="mine")
    (view,) = example.objects.in_projects.find("view", project_id=example.project_id)

    assert "Kept views" not in send(browser, "monitor-view/delete", view=view.id)
    assert kept(example) == []


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        pytest.param("monitor-view", {"name": " "}, "a view needs a name", id="name"),
        pytest.param("monitor-view", {"name": "a", "sinces": "1h"}, "since may be meant", id="misspelt"),
        pytest.param("monitor-view/delete", {"view": "none"}, "this view is gone", id="gone"),
    ],
)
def test_a_wrong_form_is_told(
    browser: TestClient, example: Asking, path: str, fields: dict[str, str], message: str
) -> None:
    assert message in send(browser, path, **fields)
    assert kept(example) == []
