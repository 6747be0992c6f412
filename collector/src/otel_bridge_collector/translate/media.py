"""Media inside the messages of a row to attachments: a reference takes the place of the base64 text. It stores nothing.

| found | becomes |
| --- | --- |
| a whole text `data:TYPE;base64,...`, anywhere: OpenAI `image_url.url`, `file.file_data`, ... | the reference |
| `base64_attachment`, `inline_attachment` with such a text | the reference in place of the object |
| Anthropic `source: {type: base64, media_type, data}` | `source` is the reference |
| OpenAI `input_audio: {data, format}` | `data` is the reference |
| Google `inline_data`, `inlineData: {mime_type, data}` | `image_url: {url: reference}`; `file: {file_data: reference}` when it is no image |
| GenAI `blob` part `{mime_type, content}` | `content` is the reference |

What is not base64 stays text. The key follows from the bytes, so that the same bytes have one key, however often they come.

Source: rows that Braintrust's service made of OTLP spans (spec/translation.md section 1.11, `tests/conventions/braintrust/recorded_rows.json`);
`braintrust` 0.47.0, `integrations/utils.py`, for audio and names of files. Braintrust gives random keys.
"""

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from otel_bridge.contract.row import Json, Row

Object = Mapping[str, Json]

MAX_DEPTH: Final = 128
"""Values nested deeper stay as they are, as in Braintrust's SDK."""

_FIELDS: Final = ("input", "output", "expected", "metadata")
_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[^;,]*)*;base64,", re.ASCII | re.IGNORECASE)
_DATA: Final = "data:"
_DATA_BEGINS: Final = frozenset({"d", "D"})
_LEAVES: Final = frozenset({int, float, bool, type(None)})
_WHOLE: Final[Mapping[str, str]] = {"base64_attachment": "content", "inline_attachment": "src"}
_BLOB: Final = "blob"
_KINDS: Final = frozenset({*_WHOLE, _BLOB})
_EXTENSIONS: Final = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "audio/mpeg": "mp3",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "text/markdown": "md",
    "text/plain": "txt",
}
_PLAIN: Final = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A row without its media.

    Attributes:
        row: refers to what was taken out; the same row when that is nothing.
        media: bytes by the key in their reference.
    """

    row: Row
    media: Mapping[str, bytes]


def may_have_media(row: Row) -> bool:
    """Tell whether a row looks as if there were media in it: nearly none does, and this is much quicker than the search."""
    fields = cast("Object", row)
    values: list[Any] = [fields[name] for name in _FIELDS if name in fields]
    for value in values:  # what is inside of a value is appended meanwhile
        kind = value.__class__
        if kind is str:
            if value[:1] in _DATA_BEGINS and value[:5].lower() == _DATA:
                return True
        elif kind is dict:
            if not _MEMBERS.isdisjoint(value) or ("type" in value and _kind(value) in _KINDS):
                return True
            values += value.values()
        elif kind is list:
            values += value
        elif kind not in _LEAVES:
            return True  # a class of somebody's own: the search knows them
    return False


def extract(row: Row, *, min_bytes: int = 0) -> Extracted:
    """Take the media out of a row; those of fewer than `min_bytes` bytes stay."""
    if not may_have_media(row):
        return Extracted(row=row, media={})
    fields = cast("Object", row)
    search = _Search(min_bytes)
    changed = {name: value for name in _FIELDS if (value := search.changed(fields.get(name))) is not None}
    return Extracted(row=cast("Row", {**fields, **changed}) if changed else row, media=search.found)


def key_of(data: bytes) -> str:
    """Return the key of an attachment with these bytes: a UUID of version 8 out of their SHA-256."""
    digest = int.from_bytes(hashlib.sha256(data).digest()[:16])
    return str(uuid.UUID(int=digest & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62))


def file_name(content_type: str) -> str:
    """Return the name of a file that has none, as Braintrust's service gives it."""
    subtype = content_type.partition("/")[2].removeprefix("x-")
    return f"file.{_EXTENSIONS.get(content_type) or (subtype if _PLAIN.fullmatch(subtype) else 'bin')}"


@dataclass(slots=True)
class _Search:
    """Walks through a value; what it does not change it returns as it is, the same object."""

    min_bytes: int
    found: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def changed(self, value: Json) -> Json:
        """Return a value without its media; None when it has none."""
        walked = self.walk(value, 0)
        return None if walked is value else walked

    def walk(self, value: Json, depth: int) -> Json:
        """Return a value without its media."""
        if isinstance(value, str):
            return self.url(value) or value
        if isinstance(value, dict) and depth < MAX_DEPTH:
            return self._object(value, depth)
        if isinstance(value, list) and depth < MAX_DEPTH:
            walked = [self.walk(each, depth + 1) for each in value]
            return walked if any(new is not old for new, old in zip(walked, value, strict=True)) else value
        return value

    def url(self, text: Json, name: Json = None) -> Object | None:
        """Return the reference for a data URL; None when `text` is none."""
        # Most values are other texts, and a comparison is cheaper than a pattern.
        if not isinstance(text, str) or text[:5].lower() != _DATA:
            return None
        match = _DATA_URL.match(text)
        return self.reference(match[1].lower(), text[match.end() :], name) if match else None

    def reference(self, content_type: Json, text: Json, name: Json = None) -> Object | None:
        """Return the reference for base64 text; None when it is none, or too short."""
        if not isinstance(content_type, str) or not isinstance(text, str) or not text:
            return None
        if len(text) * 3 // 4 < self.min_bytes:
            return None
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        key = key_of(data)
        self.found[key] = data
        said = name if isinstance(name, str) and name else file_name(content_type)
        return {"type": "braintrust_attachment", "filename": said, "content_type": content_type, "key": key}

    def _object(self, value: Object, depth: int) -> Json:
        kind = _kind(value)
        if kind in _WHOLE and (whole := self.url(value.get(_WHOLE[kind]), value.get("filename"))):
            return whole
        if kind == _BLOB and (blob := self.reference(value.get("mime_type"), value.get("content"))):
            return {**value, "content": blob}
        walked: dict[str, Json] = {}
        is_changed = False
        for key, inner in value.items():
            new_key, new = self._entry(key, inner, depth)
            is_changed = is_changed or new is not inner
            walked[new_key] = new
        return walked if is_changed else value

    def _entry(self, key: str, inner: Json, depth: int) -> tuple[str, Json]:
        read = _ENTRIES.get(key)
        if read and isinstance(inner, dict) and (entry := read(self, key, inner)):
            return entry
        return key, self.walk(inner, depth + 1)


def _kind(value: Object) -> str:
    """Return the type that an object names; in the schema of a tool it may be a list of types, which is none here."""
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


def _source(search: _Search, key: str, inner: Object) -> tuple[str, Json] | None:
    if inner.get("type") != "base64":
        return None
    reference = search.reference(inner.get("media_type"), inner.get("data"))
    return (key, reference) if reference else None


def _audio(search: _Search, key: str, inner: Object) -> tuple[str, Json] | None:
    if not isinstance(inner.get("format"), str):
        return None
    reference = search.reference(f"audio/{inner['format']}", inner.get("data"))
    return (key, {**inner, "data": reference}) if reference else None


def _file(search: _Search, key: str, inner: Object) -> tuple[str, Json] | None:
    reference = search.url(inner.get("file_data"), inner.get("filename"))
    return (key, {**inner, "file_data": reference}) if reference else None


def _inline_data(search: _Search, _: str, inner: Object) -> tuple[str, Json] | None:
    reference = search.reference(inner.get("mime_type", inner.get("mimeType")), inner.get("data"))
    if not reference:
        return None
    if str(reference["content_type"]).startswith("image/"):
        return "image_url", {"url": reference}
    return "file", {"file_data": reference}


_ENTRIES: Final[Mapping[str, Callable[[_Search, str, Object], tuple[str, Json] | None]]] = {
    "source": _source,
    "input_audio": _audio,
    "file": _file,
    "inline_data": _inline_data,
    "inlineData": _inline_data,
}

_MEMBERS: Final = frozenset(_ENTRIES)
