"""Forms that say something of rows, over the example rows."""

import re

import pytest
from starlette.testclient import TestClient

from tests.support.page import form_token
from tests.support.rows import Asking


def row_url(example: Asking, row_id: str) -> str:
    return f"/app/local/object?object_type=project_logs&object_id={example.project_id}&id={row_id}"


def send(browser: TestClient, example: Asking, path: str, row_id: str = "c", **fields: str) -> str:
    url = row_url(example, row_id)
    place = {
        "object_type": "project_logs",
        "object_id": example.project_id,
        "id" if path == "/ui/feedback" else "row": row_id,
        "to": url,
    }
    token = form_token(browser.get(url).text)
    return browser.post(path, data={**place, **fields, "form_token": token}).text


def row(browser: TestClient, example: Asking, row_id: str = "c") -> str:
    return browser.get(row_url(example, row_id)).text


def test_a_thumb_is_a_score(browser: TestClient, example: Asking) -> None:
    shown = send(browser, example, "/ui/feedback", thumb="up")

    assert "rating 1" in shown
    assert "&#34;rating&#34;: 1" in shown
    assert "&#34;Factuality&#34;: 0.5" in shown


def test_all_that_a_form_says_is_kept(browser: TestClient, example: Asking) -> None:
    shown = send(
        browser, example, "/ui/feedback",
        score="tone", percent="25", expected='{"a": 1}', expected_as="json", tags="new, vip ,new", comment="too short",
    )  # fmt: skip

    for part in ("&#34;tone&#34;: 0.25", "&#34;a&#34;: 1", "&#34;new&#34;", "&#34;triage&#34;", "too short"):
        assert part in shown


def test_what_is_expected_is_text_unless_it_is_said(browser: TestClient, example: Asking) -> None:
    assert '<pre dir="auto">42</pre>' in send(
        browser, example, "/ui/feedback", expected="42", expected_as="text"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"score": "tone", "percent": "101"}, "a number from 0 to 100", id="above 100"),
        pytest.param({"score": "tone", "percent": "nan"}, "a number from 0 to 100", id="no number"),
        pytest.param({"score": "", "percent": "5"}, "the name is missing", id="without a name"),
        pytest.param(
            {"expected": "{bad", "expected_as": "json"}, "Expected, line 1, column 2: ", id="no JSON"
        ),
        pytest.param({}, "Feedback: it says nothing yet", id="nothing"),
        pytest.param({"comments": "good"}, "comment may be meant", id="misspelt"),
        pytest.param({"object_type": "prompt", "thumb": "up"}, "expected one of", id="no such kind"),
        pytest.param({"object_id": "none", "thumb": "up"}, "there is no", id="no such project"),
    ],
)
def test_a_wrong_form_is_told_and_changes_nothing(
    browser: TestClient, example: Asking, fields: dict[str, str], message: str
) -> None:
    before = row(browser, example)

    assert message in send(browser, example, "/ui/feedback", **fields)
    assert row(browser, example) == before


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        pytest.param({"expected_as": "json"}, 'name="expected"', id="expected"),
        pytest.param({"percent": "101"}, 'name="percent"', id="percent"),
        pytest.param({"score": ""}, 'name="score"', id="score"),
    ],
)
def test_a_wrong_form_comes_back_as_it_was_sent_and_is_marked_where_it_is_wrong(
    browser: TestClient, example: Asking, fields: dict[str, str], wrong: str
) -> None:
    typed = {"score": "tone", "percent": "25", "expected": "{bad", "tags": "new, vip", "comment": "a <b>"}

    shown = send(browser, example, "/ui/feedback", **{**typed, **fields})

    (marked,) = re.findall(r"<(?:input|textarea)[^>]*aria-invalid[^>]*>", shown)
    assert wrong in marked
    for part in ("{bad</textarea>", "a &lt;b&gt;</textarea>", 'value="new, vip"', "50% off"):
        assert part in shown


def test_a_form_that_comes_back_leads_to_the_page_that_it_came_from_once_it_is_right(
    browser: TestClient, example: Asking
) -> None:
    shown = send(browser, example, "/ui/feedback", comment=" ")
    given = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', shown))

    sent = browser.post(
        "/ui/feedback",
        data={**given, "to": "/app/local/p/p/review", "comment": "mended"},
        follow_redirects=False,
    )

    assert sent.headers["location"] == "/app/local/p/p/review"
    assert "mended" in row(browser, example)


@pytest.mark.parametrize("path", ["/ui/feedback", "/ui/dataset-rows"])
def test_a_form_of_another_page_changes_nothing(browser: TestClient, path: str) -> None:
    answer = browser.post(path, data={"form_token": "guessed", "thumb": "up"})

    assert answer.status_code == 403


def test_a_row_is_copied_into_a_dataset_once(browser: TestClient, example: Asking) -> None:
    dataset = example.objects.in_projects.create("dataset", example.project_id, "cases", data={})

    for _ in range(2):
        shown = send(browser, example, "/ui/dataset-rows", dataset=dataset.id)

    assert "Dataset <bdi>cases</bdi>" in shown
    assert shown.count("50% off") == 1
    found = example.rows(f"select: origin.id as o, expected | from: dataset('{dataset.id}')")
    assert found == [{"o": "c", "expected": None}]


@pytest.mark.parametrize("dataset", ["none", ""])
def test_rows_go_into_no_dataset_that_is_not_there(
    browser: TestClient, example: Asking, dataset: str
) -> None:
    assert "there is no dataset" in send(browser, example, "/ui/dataset-rows", dataset=dataset)


def test_no_row_ticked_is_told_beside_the_form_of_the_table(browser: TestClient, example: Asking) -> None:
    for name in ("cases", "others"):
        example.objects.in_projects.create("dataset", example.project_id, name, data={}, object_id=name)
    table = "/app/local/p/p/logs?search=off"
    place = {"object_type": "project_logs", "object_id": example.project_id, "to": table, "dataset": "others"}

    shown = browser.post(
        "/ui/dataset-rows", data={**place, "form_token": form_token(browser.get(table).text)}
    )

    assert "No row is ticked" in shown.text
    assert '<option value="others" selected>' in shown.text
    assert shown.url.params["search"] == "off"


def test_no_row_ticked_on_no_table_is_told(browser: TestClient, example: Asking) -> None:
    token = form_token(row(browser, example))

    assert "no row is ticked" in browser.post("/ui/dataset-rows", data={"form_token": token}).text
