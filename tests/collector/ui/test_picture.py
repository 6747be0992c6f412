"""Attachments for the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.ui.picture import Pictures, picture_type
from otel_bridge_collector.ui.render import as_page
from tests.support.page_talk import png


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments")


@pytest.fixture
def browser(attachments: Attachments) -> Iterator[TestClient]:
    route = Route("/ui/attachment", as_page(Pictures(attachments).show))
    with TestClient(Starlette(routes=[route])) as client:
        yield client


def test_a_picture_comes_as_what_its_bytes_are(attachments: Attachments, browser: TestClient) -> None:
    attachments.keep("k", png(2, 2), place="")

    answer = browser.get("/ui/attachment", params={"key": "k", "filename": 'a"b\r\n.png'})

    assert (answer.headers["content-type"], answer.content) == ("image/png", png(2, 2))
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''a%22b%0D%0A.png"


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"<html>", b"%PDF-1.4", b""])
def test_a_document_is_never_shown_whatever_it_says_it_is(
    attachments: Attachments, browser: TestClient, data: bytes
) -> None:
    attachments.keep("k", data, place="")

    answer = browser.get("/ui/attachment", params={"key": "k", "content_type": "image/png"})

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_an_attachment_that_is_not_there_is_a_page_that_says_so(browser: TestClient) -> None:
    answer = browser.get("/ui/attachment", params={"key": "none"})

    assert (answer.status_code, "there is no such attachment" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"\0\0\0 ftypavif", "image/avif"),
        (b"RIFF....WAVE", ""),
    ],
)
def test_pictures_are_known_by_their_first_bytes(begin: bytes, expected: str) -> None:
    assert picture_type(begin) == expected
