"""Views of the logs and of the monitor that are kept."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.kept_views import MAX_VIEWS, kept_views
from tests.support.page import asks_first, form_token
from tests.support.rows import Asking

PROJECT = "/app/local/p/p"
HOSTILE = "<script>alert(1)</script>\u202e"


def send(browser: TestClient, page: str, path: str = "view", **fields: str) -> str:
    token = form_token(browser.get(f"{PROJECT}/logs").text)
    given = {"project": "p", "page": page, "form_token": token, **fields}
    return browser.post(f"/ui/{path}", data=given).text


def kept(example: Asking, page: str = "logs") -> list[tuple[str, str]]:
    project = example.objects.project(example.project_id)
    assert project
    return [(each.name, each.query) for each in kept_views(example.objects, project, page)]


@pytest.mark.parametrize(
    ("page", "fields", "query"),
    [
        pytest.param(
            "logs",
            {"filter": "metadata.model = 'claude'", "rows": "spans", "from": "2026-01-01T00:00", "since": ""},
            "?filter=metadata.model+%3D+%27claude%27&rows=spans&from=2026-01-01T00%3A00",
            id="logs",
        ),
        pytest.param(
            "logs", {"columns": "metadata.model, tags"}, "?columns=metadata.model%2C+tags", id="columns"
        ),
        pytest.param("logs", {"by": "metadata.model", "from": ""}, "?by=metadata.model", id="groups"),
        pytest.param("monitor", {"by": "metadata.model", "since": ""}, "?by=metadata.model", id="monitor"),
    ],
)
def test_a_view_is_kept_and_its_link_shows_it(
    browser: TestClient, example: Asking, page: str, fields: dict[str, str], query: str
) -> None:
    text = send(browser, page, name="costs <of> gold", **fields)
    link = unescape(text.split('"><bdi>costs &lt;of&gt; gold')[0].rsplit('href="', 1)[1])

    assert kept(example, page) == [("costs <of> gold", query)]
    assert "claude" in browser.get(f"{PROJECT}/{page}{link}").text


def test_a_view_is_replaced_under_its_name(browser: TestClient, example: Asking) -> None:
    send(browser, "logs", name="mine", search="one")
    send(browser, "logs", name="mine", search="two")

    assert kept(example) == [("mine", "?search=two")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"view_type": "logs", "view_data": {"a": 1}}, id="of-another-program"),
        pytest.param({"view_type": "monitor", "view_data": {"otel_bridge": {}}}, id="of-another-page"),
    ],
)
def test_another_view_of_the_name_is_left_alone(
    browser: TestClient, example: Asking, data: dict[str, Json]
) -> None:
    example.objects.in_projects.create("view", example.project_id, "mine", data=data)

    assert "another view" in send(browser, "logs", name="mine")
    assert [each.data for each in example.objects.in_projects.find("view")] == [data]


def test_a_view_is_deleted(browser: TestClient, example: Asking) -> None:
    send(browser, "logs", name="mine")
    (view,) = example.objects.in_projects.find("view")

    send(browser, "logs", "view/delete", view=view.id)

    assert kept(example) == []


def test_the_name_of_a_view_is_text(browser: TestClient) -> None:
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩</bdi>" in send(browser, "logs", name=HOSTILE)


def test_a_page_keeps_so_many_views(browser: TestClient, example: Asking) -> None:
    data: dict[str, Json] = {"view_type": "logs", "view_data": {"otel_bridge": {}}}
    for each in range(MAX_VIEWS):
        example.objects.in_projects.create("view", example.project_id, f"v{each}", data=data)

    assert "delete one first" in send(browser, "logs", name="one more")


@pytest.mark.parametrize(
    ("page", "path", "fields", "message"),
    [
        pytest.param("logs", "view", {"name": " "}, "a view needs a name", id="no-name"),
        pytest.param("logs", "view", {"name": "x" * 101}, "a view needs a name", id="long-name"),
        pytest.param("monitor", "view", {"name": "a", "sinces": "1h"}, "since may be meant", id="misspelt"),
        pytest.param("monitor", "view", {"name": "a", "columns": "id"}, "columns", id="of-another-page"),
        pytest.param("review", "view", {"name": "a"}, "views are kept of logs and monitor", id="no-page"),
        pytest.param("logs", "view/delete", {"view": "none"}, "this view is gone", id="gone"),
    ],
)
def test_a_wrong_form_is_told(
    browser: TestClient, example: Asking, page: str, path: str, fields: dict[str, str], message: str
) -> None:
    assert message in send(browser, page, path, **fields)
    assert example.objects.in_projects.find("view") == []


@pytest.mark.parametrize("page", ["logs", "monitor"])
def test_deleting_a_view_asks_first(browser: TestClient, page: str) -> None:
    assert asks_first(send(browser, page, name="mine", search="off"), "/ui/view/delete")
