"""The pages of dashboards over the example rows."""

import json
from html import unescape

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from tests.support.rows import Asking

PROJECT = "/app/local/p/p"
HOSTILE = "<script>alert(1)</script>\u202e"


def make(example: Asking, *charts: Json, name: str = "mine") -> str:
    data: dict[str, Json] = {"view_type": "monitor", "view_data": {"otel_bridge": {"charts": list(charts)}}}
    return example.objects.in_projects.create("view", example.project_id, name, data=data).id


def section(text: str, number: int = 1) -> str:
    return text.split(f'<section aria-labelledby="chart-{number}">')[1].split("</section>", maxsplit=1)[0]


def test_a_measure_is_charted_for_each_group(browser: TestClient, example: Asking) -> None:
    make(example, {"title": "Tokens", "measure": "sum(metrics.tokens)", "by": "metadata.model"})

    shown = section(browser.get(f"{PROJECT}/dashboards/mine").text)

    assert "<bdi>Tokens</bdi></h2>" in shown
    assert ("<bdi>gpt-4</bdi></th>" in shown, ">180</a>" in shown, ">550</a>" in shown) == (True, True, True)


def test_a_chart_by_tags_has_a_line_for_each_of_them(browser: TestClient, example: Asking) -> None:
    make(example, {"measure": "sum(metrics.tokens)", "by": "tags"}, {"measure": "count(1)"})

    text = browser.get(f"{PROJECT}/dashboards/mine").text

    shown = section(text)
    assert [f"<bdi>{name}</bdi></th>" in shown for name in ("triage", "done", "none")] == [True] * 3
    assert (shown.count(">300</a>"), ">330</a>" in shown, ">250</a>" in shown) == (2, False, True)
    assert ["each of its tags" in section(text, number) for number in (1, 2)] == [True, False]


def test_a_chart_looks_at_its_own_rows_and_leads_to_them(browser: TestClient, example: Asking) -> None:
    make(example, {"measure": "count(1)", "filter": "error IS NOT NULL"})

    shown = section(browser.get(f"{PROJECT}/dashboards/mine").text)
    logs = browser.get(unescape(shown.split('class="time"><a href="')[1].split('"')[0])).text

    assert shown.split("<tbody>")[1].count("<tr>") == 1
    assert ("timeout: upstream" in logs, "50% off" in logs) == (True, False)


def test_time_and_filter_of_the_page_count_for_every_chart(browser: TestClient, example: Asking) -> None:
    make(example, {"measure": "count(1)"}, {"measure": "sum(metrics.tokens)"})
    asked = {"from": "2026-01-09T07:00", "until": "2026-01-09T09:00", "filter": "metrics.tokens > 250"}

    text = browser.get(f"{PROJECT}/dashboards/mine", params=asked).text

    assert [
        '<td class="number">1</td>' in section(text),
        '<td class="number">300</td>' in section(text, 2),
    ] == [True, True]


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        pytest.param({"measure": "countt(1)"}, "unknown function", id="measure"),
        pytest.param({"measure": "count(1)", "filter": "a >"}, "^", id="filter"),
        pytest.param({"measures": "count(1)"}, "measure may be meant", id="misspelt"),
        pytest.param("count(1)", "is no chart", id="no-chart"),
    ],
)
def test_a_wrong_chart_says_so_at_its_place(
    browser: TestClient, example: Asking, chart: Json, said: str
) -> None:
    make(example, chart, {"measure": "count(1)"})

    answer = browser.get(f"{PROJECT}/dashboards/mine")

    assert answer.status_code == 200
    assert 'role="alert"' in section(answer.text)
    assert said in section(answer.text)
    assert "<svg" in section(answer.text, 2)


@pytest.mark.parametrize("wrong", ["a >", "count(1) > 1"])
def test_a_wrong_filter_of_the_page_is_told_once(browser: TestClient, example: Asking, wrong: str) -> None:
    make(example, {"measure": "count(1)"})

    answer = browser.get(f"{PROJECT}/dashboards/mine", params={"filter": wrong})

    assert (answer.status_code, answer.text.count('role="alert"')) == (400, 1)


def test_a_measure_without_numbers_says_so(browser: TestClient, example: Asking) -> None:
    make(example, {"measure": "max(created)"})

    assert "No numbers." in section(browser.get(f"{PROJECT}/dashboards/mine").text)


def test_what_a_dashboard_says_is_text(browser: TestClient, example: Asking) -> None:
    make(example, {"title": HOSTILE, "measure": f"count('{HOSTILE}')"}, name=HOSTILE)

    for path in ("dashboards", f"dashboards/{HOSTILE}", "monitor"):
        text = browser.get(f"{PROJECT}/{path}").text
        assert ("<script>alert" in text, "⟨U+202E⟩" in text) == (False, True)


def test_a_dashboard_is_taken_elsewhere_as_json(browser: TestClient, example: Asking) -> None:
    chart: Json = {"title": "größe", "measure": "count(1)"}
    made = make(example, chart)

    answer = browser.get("/ui/dashboard.json", params={"project": "p", "dashboard": made})

    assert json.loads(answer.text) == {"name": "mine", "charts": [chart]}
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "path", ["/ui/dashboard.json?project=p&dashboard=none", f"{PROJECT}/dashboards/none"]
)
def test_there_is_no_other_dashboard(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404
