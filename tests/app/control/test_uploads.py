"""Attachments between being logged and being uploaded."""

import logging
import uuid

import pytest

from otel_bridge.control import uploads as module
from otel_bridge.control.account import Account
from otel_bridge.control.uploads import Uploads
from otel_bridge.errors import ControlError
from otel_bridge.settings import Settings


class File:
    def __init__(self, size_bytes: int = 1, error: Exception | None = None) -> None:
        self.key, self.size_bytes, self.error = str(uuid.uuid4()), size_bytes, error
        self.keys: list[str | None] = []

    @property
    def text(self) -> str:
        return f'[{{"type":"braintrust_attachment","key":"{self.key}"}}]'

    def upload_to(self, account: Account) -> None:
        self.keys.append(account.api_key)
        if self.error:
            raise self.error


def test_it_is_uploaded_once_with_the_key_of_its_row() -> None:
    uploads, file = Uploads(), File()
    uploads.add(file.key, file)
    uploads.add(file.key, file)

    uploads.sent([1, "other", file.text, file.text], Settings(api_key="k"))

    assert uploads.wait(10)
    assert file.keys == ["k"]


def test_what_no_row_refers_to_stays() -> None:
    uploads, file = Uploads(), File()
    uploads.add(file.key, file)

    uploads.sent(["***", File().text], Settings())

    assert uploads.wait(10)
    assert file.keys == []


def test_a_failure_costs_no_other_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    uploads, broken, file = Uploads(), File(error=ControlError("away")), File()
    for one in (broken, file):
        uploads.add(one.key, one)

    uploads.sent([broken.text, file.text], Settings())

    assert uploads.wait(10)
    assert len(file.keys) == 1
    assert "an attachment could not be uploaded: away" in caplog.text


@pytest.mark.parametrize(("bound", "size_bytes"), [("MAX_WAITING", 1), ("MAX_WAITING_BYTES", 400)])
def test_the_oldest_is_given_up_with_one_warning(
    bound: str, size_bytes: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, bound, 2 if bound == "MAX_WAITING" else 1000)
    uploads, files = Uploads(), [File(size_bytes) for _ in range(4)]

    with caplog.at_level(logging.WARNING):
        for file in files:
            uploads.add(file.key, file)
    uploads.sent([file.text for file in files], Settings())

    assert uploads.wait(10)
    assert [len(file.keys) for file in files] == [0, 0, 1, 1]
    assert (uploads.given_up, len(caplog.records)) == (2, 1)
