"""Media out of rows."""

import base64
import json
from collections.abc import Mapping
from typing import cast

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate.media import MAX_DEPTH, extract, file_name, key_of
from tests.conventions.test_recorded_rows import RECORDED
from tests.support.media import BASE64, DATA_URL, PNG, image, message

KEY = key_of(PNG)
REFERENCE: Json = {
    "type": "braintrust_attachment", "filename": "file.png", "content_type": "image/png", "key": KEY,
}  # fmt: skip


def named(filename: str, content_type: str = "image/png") -> Json:
    return {"type": "braintrust_attachment", "filename": filename, "content_type": content_type, "key": KEY}


def inputs(value: Json) -> Row:
    return cast("Row", {"id": "r", "input": value})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(image(), {"type": "image_url", "image_url": {"url": REFERENCE}}, id="OpenAI image_url"),
        pytest.param(DATA_URL, REFERENCE, id="a text that is one"),
        pytest.param(f"DATA:image/PNG;x=1;base64,{BASE64}", REFERENCE, id="written otherwise"),
        pytest.param(
            {"type": "file", "file": {"file_data": DATA_URL, "filename": "a.pdf"}},
            {"type": "file", "file": {"file_data": named("a.pdf"), "filename": "a.pdf"}},
            id="OpenAI file",
        ),
        pytest.param(
            {"type": "input_audio", "input_audio": {"data": BASE64, "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": named("file.wav", "audio/wav"), "format": "wav"}},
            id="OpenAI input_audio",
        ),
        pytest.param(
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BASE64}},
            {"type": "image", "source": REFERENCE},
            id="Anthropic source",
        ),
        pytest.param(
            {"inlineData": {"mimeType": "image/png", "data": BASE64}},
            {"image_url": {"url": REFERENCE}},
            id="Google inlineData",
        ),
        pytest.param(
            {"inline_data": {"mime_type": "audio/mpeg", "data": BASE64}},
            {"file": {"file_data": named("file.mp3", "audio/mpeg")}},
            id="Google inline_data that is no image",
        ),
        pytest.param(
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": BASE64},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": REFERENCE},
            id="GenAI blob",
        ),
        pytest.param({"type": "base64_attachment", "content": DATA_URL}, REFERENCE, id="base64_attachment"),
        pytest.param(
            {"type": "inline_attachment", "src": DATA_URL, "filename": "b.png", "content_type": "image/png"},
            named("b.png"),
            id="inline_attachment",
        ),
    ],
)
def test_s12_r29_media_in_messages_become_references(before: Json, after: Json) -> None:
    extracted = extract(inputs(message(before)))

    assert extracted.row.get("input") == message(after)
    assert extracted.media == {KEY: PNG}


def inline(value: Json) -> Json:
    """Undo what Braintrust's service did to the messages that its SDKs had sent."""
    if isinstance(value, list):
        return [inline(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "image" and isinstance(value.get("source"), Mapping):
        return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BASE64}}
    if value.get("type") == "braintrust_attachment":
        return DATA_URL
    if value.keys() == {"image_url"}:
        return {"inlineData": {"mimeType": "image/png", "data": BASE64}}
    return {key: inline(each) for key, each in value.items()}


def test_t4_messages_get_the_references_that_braintrust_gave_them() -> None:
    recorded = [row for row in RECORDED if "braintrust_attachment" in json.dumps(row)]

    for row in recorded:
        extracted = extract(inputs(inline(row.get("input"))))
        got = json.dumps(extracted.row.get("input"), sort_keys=True)
        keys = {
            each
            for each in json.dumps(row.get("input")).split('"')
            if len(each) == len(KEY) and each.count("-") == 4
        }
        expected = json.dumps(row.get("input"), sort_keys=True)
        for key in keys:
            expected = expected.replace(key, KEY)
        assert got == expected
    assert len(recorded) == 6


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("data:image/png;base64,no base64", id="no base64"),
        pytest.param(f"data:image/png;base64,{BASE64[:-1]}", id="cut"),
        pytest.param("data:image/png;base64,", id="empty"),
        pytest.param("data:text/plain,hello", id="another encoding"),
        pytest.param(f"see {DATA_URL}", id="within a text"),
        pytest.param("https://example.com/a.png", id="a link"),
        pytest.param({"type": "base64", "media_type": "image/png", "data": BASE64}, id="outside of a source"),
        pytest.param({"source": {"type": "base64", "media_type": 1, "data": BASE64}}, id="no type"),
        pytest.param({"input_audio": {"data": BASE64}}, id="audio of no format"),
        pytest.param({"inline_data": {"mime_type": "image/png", "data": 5}}, id="a number"),
        pytest.param({"type": "blob", "mime_type": "image/png", "content": "!"}, id="a blob of text"),
        pytest.param({"file": {"file_id": "f"}}, id="a file elsewhere"),
        pytest.param(REFERENCE, id="a reference"),
    ],
)
def test_what_is_no_base64_stays_as_it_is(value: Json) -> None:
    row = inputs(message(value))

    extracted = extract(row)

    assert (extracted.row is row, extracted.media) == (True, {})


def test_a_schema_with_a_list_of_types_is_no_media_and_hides_none() -> None:
    schema: Json = {"type": ["string", "null"], "description": "of a tool's parameter"}

    extracted = extract(inputs([schema, image()]))

    assert extracted.row["input"] == [schema, {"type": "image_url", "image_url": {"url": REFERENCE}}]


def test_the_row_that_is_given_does_not_change() -> None:
    row = inputs(message(image()))

    extract(row)

    assert row.get("input") == message(image())


def test_a_schema_with_a_list_of_types_stays_as_it_is() -> None:
    row = inputs({"type": ["string", "null"]})

    assert extract(row).row is row


def test_media_in_a_text_of_a_class_of_its_own_are_found_too() -> None:
    class Told(str):
        """A text."""

        __slots__ = ()

    assert extract(inputs([Told(DATA_URL)])).media == {KEY: PNG}


def test_every_field_of_content_is_searched() -> None:
    row = cast("Row", {field: {"a": DATA_URL} for field in ("input", "output", "expected", "metadata")})

    assert set(map(str, extract(row).row.values())) == {str({"a": REFERENCE})}


def test_the_same_bytes_have_one_key_and_others_another() -> None:
    other = f"data:image/png;base64,{base64.b64encode(PNG + b'.').decode()}"

    extracted = extract(inputs(message(image(), image(), image(other))))

    assert extracted.media == {KEY: PNG, key_of(PNG + b"."): PNG + b"."}


@pytest.mark.parametrize(("min_bytes", "found"), [(len(PNG), 1), (len(PNG) + 3, 0)])
def test_what_is_too_small_stays(min_bytes: int, found: int) -> None:
    assert len(extract(inputs(DATA_URL), min_bytes=min_bytes).media) == found


def test_what_is_nested_too_deep_stays() -> None:
    value: Json = DATA_URL
    for _ in range(MAX_DEPTH + 1):
        value = [value]

    assert extract(inputs(value)).media == {}


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("image/jpeg", "file.jpg"), ("image/svg+xml", "file.svg"), ("audio/x-wav", "file.wav"),
        ("application/vnd.ms-excel", "file.bin"), ("application/pdf", "file.pdf"),
    ],
)  # fmt: skip
def test_a_file_is_named_after_its_type(content_type: str, name: str) -> None:
    assert file_name(content_type) == name


def test_a_key_is_a_uuid_that_no_client_draws() -> None:
    assert (len(KEY), KEY[14], KEY[19] in "89ab") == (36, "8", True)
