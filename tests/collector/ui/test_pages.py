"""The pages over the example rows."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.ui import trace
from otel_bridge_collector.ui.script import built_script
from tests.support.page import page_of
from tests.support.rows import EXAMPLES, Asking

LOGS: Final = "/app/any-org/p/p/logs"
HOSTILE: Final = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\u200b"


def object_path(example: Asking, row_id: str, **changes: str) -> str:
    asked = {"object_type": "project_logs", "object_id": example.project_id, "id": row_id, **changes}
    return "/app/o/object?" + "&".join(f"{name}={value}" for name, value in asked.items())


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Asking]:
    folder = tmp_path / "hostile"
    folder.mkdir()
    row: Mapping[str, Any] = {
        "id": "h",
        "root_span_id": "t",
        "input": [{"role": HOSTILE, "content": HOSTILE, "tool_calls": [HOSTILE]}],
        "output": HOSTILE,
        "error": HOSTILE,
        "tags": [HOSTILE],
        "scores": {HOSTILE: 1},
        "metadata": {HOSTILE: HOSTILE},
        "span_attributes": {"name": HOSTILE, "type": HOSTILE},
    }
    asking = Asking(folder, [row])
    asking.objects.in_projects.create("experiment", asking.project_id, HOSTILE, data={"description": HOSTILE})
    yield asking
    asking.close()


def test_the_first_page_has_the_projects_and_what_to_set(browser: TestClient) -> None:
    text = browser.get("/app").text

    assert 'href="/app/local/p/p/logs"' in text
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318" in text
    assert "BRAINTRUST_API_URL=http://testserver" in text


def test_the_page_of_a_project_is_its_logs(browser: TestClient) -> None:
    assert "How do I reset?" in browser.get("/app/o/p/p").text


def test_the_logs_have_a_row_for_each_trace(browser: TestClient) -> None:
    text = browser.get(LOGS).text

    assert [word in text for word in ("How do I reset?", "50% off", "How many apples?", "timeout: upstream")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_a_wrong_filter_stays_in_its_field_beside_its_error(browser: TestClient) -> None:
    answer = browser.get(LOGS, params={"filter": "a >"})

    assert answer.status_code == 400
    assert 'value="a &gt;"' in answer.text
    assert 'role="alert"' in answer.text


def headings(text: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*><bdi>(.*?)</bdi></th>', text)


def test_a_table_has_the_columns_that_its_url_asks_for(browser: TestClient) -> None:
    text = browser.get(LOGS, params={"columns": "tags, metadata.model, tokens, scores.Tone"}).text

    assert headings(text) == ["Tags", "metadata.model", "Tokens", "scores.Tone"]
    row = text.split("50%")[0].split("<tbody>")[1].split("2026-01-09 08:00:00</a></th>")[1].split("</tr>")[0]
    assert re.findall(r">([^<>\s]+)<", row) == ["done", "triage", "claude", "300", "1"]


def test_a_column_that_cannot_be_stays_in_its_field_beside_its_error(browser: TestClient) -> None:
    answer = browser.get(LOGS, params={"columns": 'metadatas."<b>"', "rows": "spans"})

    assert (answer.status_code, "did you mean metadata?" in answer.text) == (400, True)
    assert 'name="columns" value="metadatas.&#34;&lt;b&gt;&#34;"' in answer.text


def test_the_name_of_a_column_is_text(browser: TestClient) -> None:
    text = browser.get(LOGS, params={"columns": 'metadata."<script>"'}).text

    assert headings(text) == ["metadata.&#34;&lt;script&gt;&#34;"]
    assert "<script>" not in text


def test_a_link_moves_a_column_and_keeps_what_is_asked_for(browser: TestClient) -> None:
    text = browser.get(LOGS, params={"filter": "tags IS NOT NULL"}).text
    link = unescape(text.split('" aria-label="Move Tags to the left"')[0].rsplit('href="', 1)[1])

    moved = browser.get(f"{LOGS}{link}").text

    assert headings(moved)[-2:] == ["Tags", "Tokens"]
    assert 'value="tags IS NOT NULL"' in moved


@pytest.mark.parametrize("asked", [{"filter": "count(*) > 1"}, {"cursor": "xx"}, {"cursor": "-1"}])
def test_a_fault_without_a_place_is_a_page_too(browser: TestClient, asked: dict[str, str]) -> None:
    answer = browser.get(LOGS, params=asked)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "query", ["oid=d", "r=t2&s=d"], ids=["of a span that was logged", "of a span that OpenTelemetry made"]
)
def test_a_link_of_an_sdk_leads_to_its_row(browser: TestClient, query: str) -> None:
    answer = browser.get(f"{LOGS}?{query}")

    assert dict(answer.url.params)["id"] == "d"
    assert "timeout: upstream" in answer.text


def test_a_link_to_a_trace_leads_to_its_root(browser: TestClient) -> None:
    assert dict(browser.get(f"{LOGS}?r=t2").url.params)["id"] == "c"


def test_a_field_holds_what_was_typed_mark_by_mark(browser: TestClient) -> None:
    typed = "input = 'a\u200cb'"

    text = browser.get(LOGS, params={"filter": typed, "search": "a\u200cb"}).text

    assert 'value="input = &#39;a\u200cb&#39;"' in text
    assert 'value="a\u200cb"' in text


def test_a_row_has_its_trace_beside_it(browser: TestClient, example: Asking) -> None:
    text = browser.get(object_path(example, "d")).text

    assert "Trace, 2 spans" in text
    assert text.count("<svg") == 0  # the example rows say no times
    assert 'aria-current="true"' in text


def test_a_trace_of_many_spans_says_what_is_left_out(
    browser: TestClient, example: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "MAX_STEPS", 1)

    text = browser.get(object_path(example, "d")).text

    assert "spans are here, and the one that is shown" in text
    assert 'aria-current="true"' in text


def test_of_a_trace_that_is_cut_the_first_spans_are_shown(
    browser: TestClient, example: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "MAX_STEPS", 1)

    text = browser.get(object_path(example, "c")).text

    assert text.count('class="what d') == 1
    assert 'aria-current="true"' in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/app/o/p/none/logs", 404, id="project"),
        pytest.param("/app/o/p/p/experiments/none", 404, id="experiment"),
        pytest.param("/app/o/p/p/datasets/none", 404, id="dataset"),
        pytest.param("/app/o/p/p/logs?oid=none", 404, id="row of a link"),
        pytest.param("/app/o/object?object_type=nonsense&object_id=x&id=y", 400, id="type"),
        pytest.param("/app/o/object", 400, id="nothing"),
        pytest.param("/app/o/object?object_type=dataset&object_id=none&id=y", 404, id="object"),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(browser: TestClient, path: str, status: int) -> None:
    answer = browser.get(path)

    assert (answer.status_code, "Not shown" in answer.text) == (status, True)


def test_a_row_that_is_not_there_is_named(browser: TestClient, example: Asking) -> None:
    assert "there is no row &#34;none&#34;" in browser.get(object_path(example, "none")).text


def _of_experiment(example: Asking, name: str, score: float) -> str:
    made = example.objects.in_projects.create("experiment", example.project_id, name)
    row = {**EXAMPLES[0], "id": name, "scores": {"Good": score}, "expected": "soon", "project_id": None}
    example.add({"experiment_id": made.id}, row)
    return made.id


def test_an_experiment_is_compared_with_the_one_before(browser: TestClient, example: Asking) -> None:
    _of_experiment(example, "first", 0.5)
    _of_experiment(example, "second", 0.75)

    text = browser.get("/app/o/p/p/experiments/second").text

    assert "Compared with" in text
    assert '>0.75</td><td class="number">0.25</td><td class="number">1</td>' in text
    assert "soon" in text


def test_a_base_in_another_project_is_linked_where_it_is(browser: TestClient, example: Asking) -> None:
    other = example.objects.create_project("other")
    base = example.objects.in_projects.create("experiment", other.id, "theirs")
    made = example.objects.in_projects.create(
        "experiment", example.project_id, "ours", data={"base_exp_id": base.id}
    )
    example.add({"experiment_id": made.id}, {**EXAMPLES[0], "id": "x", "project_id": None})

    text = browser.get("/app/local/p/p/experiments/ours").text

    assert '/app/local/p/other/experiments/theirs"' in text


def test_experiments_and_datasets_are_listed(browser: TestClient, example: Asking) -> None:
    example.objects.in_projects.create("experiment", example.project_id, "trial 1")
    example.objects.in_projects.create("dataset", example.project_id, "cases")

    assert 'href="/app/local/p/p/experiments/trial%201"' in browser.get("/app/o/p/p/experiments").text
    assert 'href="/app/local/p/p/datasets/cases"' in browser.get("/app/o/p/p/datasets").text


def test_a_dataset_has_its_records(browser: TestClient, example: Asking) -> None:
    made = example.objects.in_projects.create("dataset", example.project_id, "cases")
    example.add({"dataset_id": made.id}, {"id": "r", "input": "two and two", "expected": "four"})

    listed = browser.get("/app/o/p/p/datasets/cases").text
    shown = browser.get(object_path(example, "r", object_type="dataset", object_id=made.id)).text

    assert ["two and two" in text and "four" in text for text in (listed, shown)] == [True, True]


@pytest.mark.parametrize("page", [LOGS, "/app/o/p/p/experiments", "row"])
def test_what_spans_say_is_text_and_hides_nothing(hostile: Asking, page: str) -> None:
    text = page_of(hostile).get(object_path(hostile, "h") if page == "row" else page).text
    text = text.replace(f'<script type="module" src="/ui/script/{built_script().entry}"></script>', "", 1)

    assert "&lt;script&gt;" in text
    assert [part in text for part in ("<script", "<img", "\u202e", "\u200b", "style=")] == [False] * 5
