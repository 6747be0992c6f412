"""Dashboards are made, changed, read in and deleted by forms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject
from tests.support.page import asks_first, form_token
from tests.support.rows import Asking

PROJECT = "/app/local/p/p"
COST = {
    "title": "Cost",
    "measure": "sum(estimated_cost())",
    "filter": "error IS NULL",
    "by": "metadata.model",
}
ROWS = {"title": "Rows", "measure": "count(1)", "filter": "", "by": ""}
EMPTY = {"title": "", "measure": "", "filter": "", "by": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`path`: of the page that is shown in the end."""

    status_code: int
    path: str
    text: str


def send(browser: TestClient, fields: Sequence[tuple[str, str]], path: str = "dashboard") -> Answer:
    token = form_token(browser.get(f"{PROJECT}/dashboard").text)
    body = urlencode([("project", "p"), ("form_token", token), *fields])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post(f"/ui/{path}", content=body, headers=headers)
    return Answer(status_code=answer.status_code, path=answer.url.path, text=answer.text)


def save(browser: TestClient, *charts: Mapping[str, str], **fields: str) -> Answer:
    given = {"dashboard": "", "name": "mine", "do": "save", **fields}
    return send(browser, [*given.items(), *(field for each in charts for field in each.items())])


def kept(example: Asking) -> list[ProjectObject]:
    return example.objects.in_projects.find("view")


def charts_of(found: ProjectObject) -> Json:
    data = found.data["view_data"]
    assert isinstance(data, dict)
    assert isinstance(data["otel_bridge"], dict)
    charts: Json = data["otel_bridge"]["charts"]
    return charts


def titles(text: str) -> list[str]:
    return [part.split('value="')[1].split('"')[0] for part in text.split('name="title"')[1:]]


def test_a_dashboard_is_kept_as_a_view_with_what_its_charts_say(browser: TestClient, example: Asking) -> None:
    answer = save(browser, COST, EMPTY, ROWS)

    (found,) = kept(example)
    assert answer.path == f"{PROJECT}/dashboards/mine"
    assert (found.name, found.data["view_type"], found.data["object_type"]) == ("mine", "monitor", "project")
    assert charts_of(found) == [COST, {"title": "Rows", "measure": "count(1)"}]


def test_a_dashboard_is_changed_and_renamed(browser: TestClient, example: Asking) -> None:
    save(browser, COST)
    (before,) = kept(example)

    save(browser, ROWS, dashboard=before.id, name="other")

    (after,) = kept(example)
    assert (after.id, after.name, charts_of(after)) == (
        before.id,
        "other",
        [{"title": "Rows", "measure": "count(1)"}],
    )
    assert titles(browser.get(f"{PROJECT}/dashboard?dashboard=other").text) == ["Rows"]


@pytest.mark.parametrize(
    ("do", "shown"),
    [
        ("add", ["Cost", "Rows", ""]),
        ("up-2", ["Rows", "Cost"]),
        ("up-1", ["Cost", "Rows"]),
        ("up-9", ["Cost", "Rows"]),
        ("remove-1", ["Rows"]),
    ],
)
def test_a_button_changes_the_form_and_keeps_nothing(
    browser: TestClient, example: Asking, do: str, shown: list[str]
) -> None:
    answer = save(browser, COST, ROWS, do=do)

    assert (answer.status_code, titles(answer.text), "Nothing is saved yet" in answer.text) == (
        200,
        shown,
        True,
    )
    assert kept(example) == []


@pytest.mark.parametrize(
    ("chart", "field"),
    [
        pytest.param({**ROWS, "measure": "countt(1)"}, "measure", id="measure"),
        pytest.param({**ROWS, "filter": "a >"}, "filter", id="filter"),
        pytest.param({**ROWS, "by": "count(1)"}, "by", id="by"),
        pytest.param({**ROWS, "measure": ""}, "measure", id="no-measure"),
    ],
)
def test_a_wrong_chart_stays_in_the_form_with_its_place(
    browser: TestClient, example: Asking, chart: dict[str, str], field: str
) -> None:
    answer = save(browser, COST, chart)

    marked = answer.text.split(f'id="{field}-2"')[1].split(">")[0]
    assert (answer.status_code, 'aria-describedby="fault-2"' in marked) == (400, True)
    assert 'value="sum(estimated_cost())"' in answer.text
    assert kept(example) == []


@pytest.mark.parametrize(
    ("charts", "fields", "said"),
    [
        pytest.param([ROWS], {"name": " "}, "needs a name", id="no-name"),
        pytest.param([ROWS], {"name": "taken"}, "choose another name", id="taken"),
        pytest.param([EMPTY], {}, "needs a chart", id="no-chart"),
        pytest.param([ROWS] * 25, {}, "24 charts at most", id="many"),
        pytest.param([{**ROWS, "measures": "count(1)"}], {}, "measure may be meant", id="misspelt"),
        pytest.param([{"measure": "count(1)"}], {}, "not all of its fields", id="fields-missing"),
        pytest.param([ROWS], {"do": "keep"}, "no button", id="no-button"),
        pytest.param([ROWS], {"dashboard": "none"}, "there is no dashboard", id="gone"),
    ],
)
def test_a_wrong_form_is_told(
    browser: TestClient, example: Asking, charts: list[dict[str, str]], fields: dict[str, str], said: str
) -> None:
    example.objects.in_projects.create("view", example.project_id, "taken", data={"view_type": "logs"})

    assert said in save(browser, *charts, **fields).text
    assert [each.name for each in kept(example)] == ["taken"]


def test_a_form_from_elsewhere_is_refused(browser: TestClient, example: Asking) -> None:
    browser.get(f"{PROJECT}/dashboard")

    answer = browser.post(
        "/ui/dashboard", data={"project": "p", "name": "mine", "form_token": "guessed", **ROWS}
    )

    assert (answer.status_code, kept(example)) == (403, [])


def test_what_was_taken_elsewhere_is_read_in_again(browser: TestClient, example: Asking) -> None:
    save(browser, COST)
    (first,) = kept(example)
    text = browser.get("/ui/dashboard.json", params={"project": "p", "dashboard": "mine"}).text

    answer = send(browser, [("json", text), ("name", "again")], "dashboard/import")

    assert answer.path == f"{PROJECT}/dashboards/again"
    assert [charts_of(each) for each in kept(example)] == [charts_of(first)] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('{"name": "a",\n "charts": ]', "line 2, column 12", id="no-json"),
        pytest.param("[]", "is no dashboard", id="list"),
        pytest.param("", "is no dashboard", id="empty"),
        pytest.param('{"name": "a", "charts": [], "chart": 1}', "is no dashboard", id="misspelt"),
        pytest.param('{"name": "a", "charts": [{"measure": "count(1)"}, {"measures": "x"}]}', "chart 2", id="misspelt-in-chart"),
        pytest.param('{"name": "a", "charts": [{"measure": "countt(1)"}]}', "unknown function", id="wrong-measure"),
        pytest.param('{"charts": [{"measure": "count(1)"}]}', "needs a name", id="no-name"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_in_is_told(browser: TestClient, example: Asking, text: str, said: str) -> None:
    answer = send(browser, [("json", text)], "dashboard/import")

    assert (answer.status_code, said in answer.text, kept(example)) == (400, True, [])


def test_a_large_dashboard_is_read_in(browser: TestClient, example: Asking) -> None:
    text = json.dumps({"name": "large", "charts": [COST]}, indent=10_000)

    send(browser, [("json", text)], "dashboard/import")

    assert [each.name for each in kept(example)] == ["large"]


def test_a_dashboard_that_no_form_takes_is_not_shown_in_one(browser: TestClient, example: Asking) -> None:
    charts: Json = [{**COST, "title": "x" * (10 << 20)}]
    data: dict[str, Json] = {"view_type": "monitor", "view_data": {"otel_bridge": {"charts": charts}}}
    example.objects.in_projects.create("view", example.project_id, "large", data=data)

    shown = browser.get(f"{PROJECT}/dashboard?dashboard=large")

    assert (shown.status_code, "this dashboard is too large for a form" in shown.text) == (400, True)


def test_a_dashboard_that_the_api_wrote_is_edited(browser: TestClient, example: Asking) -> None:
    charts = {"otel_bridge": {"charts": [COST, {"measures": "x"}]}}
    data: dict[str, Json] = json.loads(json.dumps({"view_type": "monitor", "view_data": charts}))
    example.objects.in_projects.create("view", example.project_id, "theirs", data=data)

    assert titles(browser.get(f"{PROJECT}/dashboard?dashboard=theirs").text) == ["Cost", ""]


def test_a_dashboard_is_deleted(browser: TestClient, example: Asking) -> None:
    save(browser, ROWS)
    (found,) = kept(example)

    answer = send(browser, [("dashboard", found.id)], "dashboard/delete")

    assert (answer.path, kept(example)) == (f"{PROJECT}/dashboards", [])


def test_a_view_that_is_no_dashboard_is_not_deleted(browser: TestClient, example: Asking) -> None:
    made = example.objects.in_projects.create("view", example.project_id, "logs", data={"view_type": "logs"})

    assert send(browser, [("dashboard", made.id)], "dashboard/delete").status_code == 404
    assert [each.id for each in kept(example)] == [made.id]


def test_deleting_a_dashboard_asks_first(browser: TestClient) -> None:
    assert asks_first(save(browser, COST).text, "/ui/dashboard/delete")
