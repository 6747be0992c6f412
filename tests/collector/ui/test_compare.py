"""The page of two traces side by side, over the example rows."""

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def compared(browser: TestClient, example: Asking, left: str, right: str, status: int = 200) -> str:
    asked = {"object_type": "project_logs", "object_id": example.project_id, "id": left, "with": right}
    answer = browser.get("/app/o/compare", params=asked)
    assert answer.status_code == status
    return answer.text


def test_two_traces_stand_side_by_side(browser: TestClient, example: Asking) -> None:
    text = compared(browser, example, "a", "c")

    assert '<th scope="row">Tokens</th><td>180</td><td>550</td><td class="number">+370</td>' in text
    assert '<th scope="row">Errors</th><td>0</td><td>1</td>' in text


def test_a_trace_is_named_by_a_row_a_span_or_itself(browser: TestClient, example: Asking) -> None:
    assert [compared(browser, example, "b", name).count("<td>550</td>") for name in ("c", "d", "t2")] == [
        1,
        1,
        1,
    ]


def test_a_trace_is_named_by_the_address_of_its_page(browser: TestClient, example: Asking) -> None:
    made = example.objects.in_projects.create("experiment", example.project_id, "trial")
    example.add({"experiment_id": made.id}, {"id": "case", "span_attributes": {"name": "the case"}})

    address = f"http://here/app/local/object?object_type=experiment&object_id={made.id}&id=case"

    assert "the case" in compared(browser, example, "a", address)


@pytest.mark.parametrize(
    "name", ["none", "", "http://here/app/local/object?object_id=x&id=y&object_type=experiment"]
)
def test_a_trace_that_is_not_there_is_a_page_that_says_so(
    browser: TestClient, example: Asking, name: str
) -> None:
    assert "Not shown" in compared(browser, example, "a", name, 404)
