"""A trace that holds whatever a trace can hold: a conversation with thoughts, tools and a picture, log rows, an error, hostile text."""

import base64
import struct
import zlib
from typing import Any, Final

import httpx

TALKS: Final = "talks"
PICTURE_KEY: Final = "page-picture"
DOCUMENT_KEY: Final = "page-document"
TURNED: Final = "pay \u202e001\u2066 only"
SCRIPT: Final = "<script>document.title = 'taken'</script>"
_STACK: Final = 'Traceback (most recent call last):\n  File "shop.py", line 10, in refund\n    pay(order)\nValueError: the order is not paid'


def feed_talk(client: httpx.Client, start_s: float) -> str:
    """Make the project `talks` with two such traces and what they point to; return its id."""
    for key, data in ((PICTURE_KEY, png(64, 40)), (DOCUMENT_KEY, b"<svg onload='alert(1)'/>")):
        given = client.post("/attachment", json={"key": key}).raise_for_status().json()
        client.put(given["signedUrl"], content=data).raise_for_status()
    project_id: str = client.post("/v1/project", json={"name": TALKS}).json()["id"]
    rows = [*talk_rows(start_s), *talk_rows(start_s + 100, "talk-again", slower=2.0)]
    placed = [{"project_id": project_id, "log_id": "g", **row} for row in rows]
    client.post("/logs3", json={"rows": placed, "api_version": 2}).raise_for_status()
    return project_id


def talk_rows(start_s: float, name: str = "talk", slower: float = 1.0) -> list[dict[str, Any]]:
    """Rows of the trace `name`; its second call of a model takes `slower` times as long."""
    first = [
        {"role": "system", "content": "You help customers of a shop."},
        {"role": "user", "content": [{"type": "text", "text": f"Is this my parcel? {TURNED}"}, *_attached()]},
    ]
    asked = {
        "role": "assistant",
        "content": None,
        "reasoning": [{"content": "The picture shows a label. I look the order up."}],
        "tool_calls": [_call("find_order", '{"order": "A-17"}')],
    }
    told = {"role": "tool", "tool_call_id": "call_1", "content": f'{{"status": "on its way"}} {SCRIPT}'}
    answer = {
        "role": "assistant",
        "content": f"Yes. It arrives on Friday{', at noon' if slower > 1 else ''}.",
    }
    return [
        _row(name, f"{name}", start_s, 6.0 * slower, "task", input="Is this my parcel?", output=answer["content"]),
        _row(name, f"{name}-1", start_s + 0.2, 1.8, "llm", "chat gpt-4o", input=first, output=[asked]),
        _row(name, f"{name}-tool", start_s + 2.1, 0.6, "tool", "find_order", input={"order": "A-17"}, output="on its way"),
        _row(name, f"{name}-2", start_s + 2.8, 2.0 * slower, "llm", "chat gpt-4o", input=[*first, asked, told], output=[answer]),
        _row(name, f"{name}-pay", start_s + 5.2, 0.3, "function", "refund", error=_STACK),
        _log(name, f"{name}-2-e0", f"{name}-2", start_s + 3.1, "first token", "the first token came"),
        _log(name, f"{name}-2-l1", f"{name}-2", start_s + 3.4, "", f"a log line {SCRIPT}"),
    ]  # fmt: skip


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""
    row = b"\0" + b"\x0b\x6b\xcb" * width
    chunks = (
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _attached() -> list[dict[str, Any]]:
    def reference(key: str, name: str) -> dict[str, str]:
        return {"type": "braintrust_attachment", "key": key, "filename": name, "content_type": "image/png"}

    inside = "data:image/png;base64," + base64.b64encode(png(16, 16)).decode()
    return [
        {"type": "image_url", "image_url": {"url": reference(PICTURE_KEY, "label.png")}},
        {"type": "image_url", "image_url": {"url": inside}},
        {"type": "image_url", "image_url": {"url": "https://elsewhere.example/spy.png"}},
    ]


def _call(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def _row(
    trace: str, own: str, start_s: float, took_s: float, kind: str, name: str = "", **fields: Any
) -> dict[str, Any]:
    usage = {"prompt_tokens": 1200, "completion_tokens": 80, "tokens": 1280, "time_to_first_token": 0.3}
    return {
        "id": own,
        "span_id": own,
        "root_span_id": trace,
        **({} if own == trace else {"span_parents": [trace]}),
        "span_attributes": {"name": name or "answer with tools", "type": kind},
        "metrics": {"start": start_s, "end": start_s + took_s, **(usage if kind == "llm" else {})},
        **({"metadata": {"model": "gpt-4o", "provider": "openai"}} if kind == "llm" else {}),
        **fields,
    }


def _log(trace: str, own: str, span: str, at_s: float, name: str, output: str) -> dict[str, Any]:
    attributes = {"type": "log", "log_level": "info", **({"name": name} if name else {})}
    return {
        "id": own,
        "span_id": span,
        "root_span_id": trace,
        "span_attributes": attributes,
        "metrics": {"start": at_s, "end": at_s},
        "output": output,
        "metadata": {"event.name": name},
    }
