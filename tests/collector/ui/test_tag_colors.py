"""The colours of tags: what a project says, where it is a colour, on each page that shows tags."""

import re

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.tag_colors import tag_colors
from tests.support.rows import Asking

LOGS = "/app/o/p/p/logs"


def make(example: Asking, name: str, color: Json) -> None:
    example.objects.in_projects.create("project_tag", example.project_id, name, data={"color": color})


def colors_of(text: str) -> dict[str, str]:
    """The colour of each tag that has a mark."""
    return {tag: color for color, tag in re.findall(r'fill="([^"]*)"/></svg> <bdi>(.*?)</bdi>', text)}


def test_a_tag_has_its_colour_in_every_table_and_on_the_page_of_its_row(
    browser: TestClient, example: Asking
) -> None:
    make(example, "triage", "#FF0080")
    row = {"object_type": "project_logs", "object_id": example.project_id, "id": "c"}

    pages = {
        "logs": browser.get(LOGS).text,
        "groups": browser.get(LOGS, params={"by": "tags"}).text,
        "row": browser.get("/app/o/object", params=row).text,
        "review": browser.get("/app/o/p/p/review", params={"filter": "id = 'c'"}).text,
    }

    for name, text in pages.items():
        assert colors_of(text) == {"triage": "#FF0080"}, name
    assert all("<bdi>done</bdi>" in text for text in pages.values())


@pytest.mark.parametrize(
    "color", ["", None, 7, "red", "#12345", "#ff0000 ", "url(https://example.com/x)", '#f00"><script>']
)
def test_what_is_no_colour_is_left_out(example: Asking, color: Json) -> None:
    make(example, "triage", color)
    make(example, "done", "#0a0")

    assert tag_colors(example.objects, example.project_id) == {"done": "#0a0"}


def test_another_project_has_colours_of_its_own(example: Asking) -> None:
    make(example, "triage", "#0a0")

    assert tag_colors(example.objects, "another") == {}
