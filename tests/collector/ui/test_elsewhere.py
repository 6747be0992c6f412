"""Addresses that no page has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.parent import Parent
from tests.support.page import page_of
from tests.support.rows import Asking


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    made = Asking(tmp_path)
    yield made
    made.close()


@pytest.fixture
def browser(asking: Asking) -> TestClient:
    return page_of(asking)


def test_a_link_with_the_name_of_a_project_that_has_a_slash_leads_to_its_page(
    asking: Asking, browser: TestClient
) -> None:
    project_id = asking.objects.resolve(Parent(kind="project_name", value="team/app ü"))["project_id"]

    answer = browser.get("/app/local/p/team%2Fapp%20%C3%BC/experiments?a=b%26c", follow_redirects=False)

    assert answer.status_code == 302
    assert answer.headers["location"] == f"/app/local/p/{project_id}/experiments?a=b%26c"
    assert "team/app ü" in browser.get("/app/local/p/team%2Fapp%20%C3%BC").text


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/app/local/p/no%2Fproject/logs", id="unknown"),
        pytest.param("/app/local/p/p/nosuch", id="page"),
        pytest.param("/app/local/q/p%2Fq", id="no-project"),
    ],
)
def test_what_is_nowhere_is_told(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "there is no page at" in answer.text
