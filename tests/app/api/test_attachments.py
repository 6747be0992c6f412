"""Attachments as an app logs them."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

import otel_bridge
from otel_bridge import Attachment, ExternalAttachment, JSONAttachment, ReadonlyAttachment, start_span
from tests.support.app import App
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.otlp_receiver import OtlpReceiver


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    with control_plane() as running:
        monkeypatch.setenv("BRAINTRUST_API_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_APP_URL", running.url)
        monkeypatch.setenv("BRAINTRUST_API_KEY", "k")
        yield running


@pytest.fixture
def app(plane: ControlPlane, receiver: OtlpReceiver) -> App:  # noqa: ARG001 - it is there first
    return App(receiver)


def test_v54_s53_references_stand_in_the_row_and_the_data_is_uploaded(app: App, plane: ControlPlane) -> None:
    image = Attachment(data=b"png", filename="a.png", content_type="image/png")
    data = JSONAttachment({"a": 1})
    external = ExternalAttachment(url="s3://b/k", filename="f", content_type="text/plain")

    start_span("a", input=[image, {"data": data}], output=external).end()

    row = app.row("a")
    assert row["input"] == [image.reference, {"data": data.reference}]
    assert row["output"] == {
        "type": "external_attachment", "filename": "f", "content_type": "text/plain", "url": "s3://b/k",
    }  # fmt: skip
    assert plane.uploads == {image.reference["key"]: b"png", data.reference["key"]: b'{"a": 1}'}
    assert [status["upload_status"] for status in plane.statuses.values()] == ["done", "done"]


def test_v55_a_file_that_is_missing_warns_and_raises_nothing(
    app: App, plane: ControlPlane, caplog: pytest.LogCaptureFixture
) -> None:
    lost = Attachment(data="/nowhere/at/all", filename="f", content_type="text/plain")

    start_span("a", input=lost).end()

    assert app.row("a")["input"] == lost.reference
    assert plane.statuses[lost.reference["key"]]["upload_status"] == "error"
    assert "cannot be read" in caplog.text
    assert "/nowhere" not in str(plane.statuses)


@pytest.mark.usefixtures("app")
def test_v56_one_attachment_in_two_places_is_uploaded_once(plane: ControlPlane) -> None:
    one = Attachment(data=b"x", filename="f", content_type="text/plain")

    start_span("a", input=one, output=one).end()
    start_span("b", input=one).end()
    otel_bridge.flush()
    start_span("c", input=one).end()
    otel_bridge.flush()

    assert sum(path.startswith("PUT") for path in plane.paths) == 1


@pytest.mark.usefixtures("app")
def test_what_masking_takes_out_is_not_uploaded(plane: ControlPlane) -> None:
    otel_bridge.set_masking_function(lambda _value: "***")

    start_span("a", input=Attachment(data=b"x", filename="f", content_type="text/plain")).end()
    otel_bridge.flush()

    assert plane.uploads == {}


@pytest.mark.usefixtures("app")
def test_an_attachment_in_an_update_is_uploaded(plane: ControlPlane) -> None:
    late = Attachment(data=b"x", filename="f", content_type="text/plain")
    span = start_span("a")
    span.end()

    span.log(output=late)
    otel_bridge.flush()

    assert plane.uploads == {late.reference["key"]: b"x"}


def test_a_plane_that_is_away_costs_no_row(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API_URL", "http://127.0.0.1:9")
    app = App(receiver)

    start_span("a", input=Attachment(data=b"x", filename="f", content_type="text/plain"), output=1).end()

    assert app.row("a")["output"] == 1


@pytest.mark.usefixtures("app")
def test_s53_what_was_uploaded_is_read_back(plane: ControlPlane, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"hi")
    one = Attachment(data=str(tmp_path / "f"), filename="f", content_type="text/plain")
    assert (one.data, one.upload(), one.upload()) == (
        b"hi",
        {"upload_status": "done"},
        {"upload_status": "done"},
    )

    again = ReadonlyAttachment(one.reference)

    assert (again.data, again.status()) == (b"hi", {"upload_status": "done"})
    assert again.metadata()["downloadUrl"].startswith(plane.url)
    assert str(again) == f"data:text/plain;base64,{base64.b64encode(b'hi').decode()}"


@pytest.mark.usefixtures("plane")
def test_attachments_tell_what_they_are() -> None:
    memory = Attachment(data=bytearray(b"x"), filename="f", content_type="c")
    external = ExternalAttachment(url="u", filename="f", content_type="c")

    assert memory.debug_info() == {"input_data": "<in-memory data>", "reference": memory.reference}
    assert external.debug_info() == {"reference": external.reference}
    assert external.upload() == {"upload_status": "done"}
    assert JSONAttachment([1], pretty=True).data == b"[\n  1\n]"
    with pytest.raises(TypeError):
        JSONAttachment({1, 2})
