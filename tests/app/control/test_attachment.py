"""The calls that move one attachment."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_bridge import set_masking_function
from otel_bridge.control.account import Account
from otel_bridge.control.attachment import AttachmentReference, download, find, upload
from otel_bridge.errors import ControlError
from otel_bridge.settings import Plane
from tests.support.control_plane import ControlPlane, control_plane

REFERENCE: AttachmentReference = {
    "type": "braintrust_attachment",
    "filename": "a.txt",
    "content_type": "text/plain",
    "key": "k1",
}


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with control_plane() as running:
        yield running


@pytest.fixture
def account(plane: ControlPlane) -> Account:
    return Account(Plane(api_url=plane.url, app_url=plane.url, is_local=False), "k")


def missing() -> bytes:
    raise FileNotFoundError(2, "no such file", "/secret/path")


def test_what_is_uploaded_can_be_downloaded(plane: ControlPlane, account: Account) -> None:
    assert upload(account, REFERENCE, lambda: b"text") == {"upload_status": "done"}

    assert download(account, REFERENCE) == b"text"
    assert find(account, REFERENCE)["status"] == {"upload_status": "done"}
    assert plane.paths[:4] == [
        "POST /api/apikey/login",
        "POST /attachment",
        "PUT /put/k1",
        "POST /attachment/status",
    ]
    assert b'"org_id": "org-1"' in plane.requests[1][3]


def test_a_file_that_is_not_there_is_told(plane: ControlPlane, account: Account) -> None:
    status = upload(account, REFERENCE, missing)

    assert status == {"upload_status": "error", "error_message": "Failed to read file: FileNotFoundError"}
    assert plane.statuses["k1"] == status


def test_a_store_that_refuses_is_told(plane: ControlPlane, account: Account) -> None:
    account.login()
    plane.failures = [403]

    status = upload(account, REFERENCE, lambda: b"text")

    assert status["upload_status"] == "error"
    assert "403" in status["error_message"]


def test_a_download_of_what_never_came_raises(account: Account) -> None:
    with pytest.raises(ControlError, match='Expected attachment status "done", got "uploading"'):
        download(account, REFERENCE)


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        pytest.param(lambda value: {**value, "filename": "M"}, b'"filename": "M"', id="good"),
        pytest.param(lambda _: "M", b'"filename": "masked"', id="no object"),
        pytest.param(lambda value: value["none"], b'"filename": "masked"', id="raising"),
    ],
)
def test_the_name_of_the_file_is_masked(
    plane: ControlPlane, account: Account, mask: Callable[[Any], Any], said: bytes
) -> None:
    set_masking_function(mask)

    upload(account, REFERENCE, lambda: b"text")

    asked = next(request[3] for request in plane.requests if request[3].startswith(b'{"filename"'))
    assert said in asked
    assert b"a.txt" not in asked
