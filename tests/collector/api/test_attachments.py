"""Attachments over HTTP."""

import pytest
from starlette.testclient import TestClient

DATA = bytes(range(256))


def upload(client: TestClient, key: str, data: bytes = DATA) -> None:
    signed = client.post(
        "/attachment", json={"key": key, "filename": "f", "content_type": "image/png"}
    ).json()
    assert client.put(signed["signedUrl"], content=data, headers=signed["headers"]).status_code == 200


def test_what_was_uploaded_is_downloaded(client: TestClient) -> None:
    upload(client, "k/ü")

    told = client.get(
        "/attachment", params={"key": "k/ü", "filename": "a b.png", "content_type": "image/png"}
    )
    downloaded = client.get(told.json()["downloadUrl"])

    assert told.json()["status"] == {"upload_status": "done"}
    assert downloaded.content == DATA
    assert downloaded.headers["content-type"] == "image/png"
    assert downloaded.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.png"
    assert downloaded.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        pytest.param("image/png", "image/png", id="a type"),
        pytest.param("text/x; charset=utf-8", "text/x; charset=utf-8", id="with a parameter"),
        pytest.param("a/b\r\nX-Evil: 1", "application/octet-stream", id="more than a type"),
        pytest.param("ü/ü", "application/octet-stream", id="no type"),
        pytest.param("", "application/octet-stream", id="empty"),
    ],
)
def test_a_download_is_of_the_type_that_was_told_if_it_is_one(
    client: TestClient, told: str, shown: str
) -> None:
    upload(client, "k")

    found = client.get("/attachment", params={"key": "k", "content_type": told}).json()
    downloaded = client.get(found["downloadUrl"])

    assert (downloaded.status_code, downloaded.headers["content-type"].lower()) == (200, shown)
    assert downloaded.headers["cache-control"] == "private, no-store"


def test_a_failed_upload_is_told(client: TestClient) -> None:
    status = {"upload_status": "error", "error_message": "no such file"}
    client.post("/attachment/status", json={"key": "k", "status": status})

    assert client.get("/attachment", params={"key": "k"}).json()["status"] == status


def test_an_upload_that_was_announced_is_on_its_way_until_its_bytes_are_here(client: TestClient) -> None:
    client.post("/attachment", json={"key": "k", "filename": "f", "content_type": "image/png"})
    announced = client.get("/attachment", params={"key": "k"}).json()
    missing = client.get(announced["downloadUrl"])
    upload(client, "k")
    uploaded = client.get("/attachment", params={"key": "k"}).json()

    assert announced["status"] == {"upload_status": "uploading"}
    assert missing.status_code == 404
    assert uploaded["status"] == {"upload_status": "done"}


def test_an_upload_that_is_tried_again_is_on_its_way(client: TestClient) -> None:
    client.post("/attachment/status", json={"key": "k", "status": {"upload_status": "error"}})
    client.post("/attachment", json={"key": "k", "filename": "f", "content_type": "image/png"})

    assert client.get("/attachment", params={"key": "k"}).json()["status"] == {"upload_status": "uploading"}


def test_an_attachment_that_nobody_knows_is_not_there(client: TestClient) -> None:
    assert client.get("/attachment", params={"key": "nosuch"}).status_code == 404


def test_a_url_for_uploads_downloads_nothing(client: TestClient) -> None:
    upload(client, "k")
    signed = client.post("/attachment", json={"key": "k"}).json()["signedUrl"]

    assert client.get(signed).status_code == 403


@pytest.mark.parametrize("token", ["x", "e30.e30", "....", "%00"])
def test_a_made_up_url_is_refused(client: TestClient, token: str) -> None:
    assert client.get(f"/attachment/data/{token}").status_code == 403
    assert client.put(f"/attachment/data/{token}", content=b"x").status_code == 403


def test_a_status_that_nobody_can_write_down_is_refused(client: TestClient) -> None:
    deep = "[" * 300 + "]" * 300
    body = f'{{"key": "k", "status": {{"upload_status": "done", "x": {deep}}}}}'

    assert client.post("/attachment/status", content=body).status_code == 400


@pytest.mark.parametrize("body", [{}, {"key": "k"}, {"key": "k", "status": {"upload_status": "fine"}}])
def test_a_bad_status_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post("/attachment/status", json=body).status_code == 400
