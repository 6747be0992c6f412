"""OpenAI's API as far as its client is tried here: fixed answers in the shapes of its reference, whole and as streams.

Source: OpenAI API reference, chat completions, embeddings and responses, as the `openai` 3.54 client reads them.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.listening import listening

MODEL: Final = "gpt-4o-mini-2024-07-18"
REFUSED: Final = "no-such-model"
TALKS: Final = "talks-only"
"""A model that calls no tool, whatever it is told."""

USAGE: Final = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}

_CALL: Final = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
_RESPONSE: Final[dict[str, Any]] = {
    "id": "resp_1", "object": "response", "created_at": 1_763_900_000, "model": MODEL, "status": "completed",
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None, "incomplete_details": None,
    "instructions": None, "metadata": {}, "temperature": 1.0, "top_p": 1.0,
    "output": [
        {
            "id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "hi", "annotations": []}],
        }
    ],
    "usage": {
        "input_tokens": 5, "output_tokens": 2, "total_tokens": 7,
        "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
    },
}  # fmt: skip


async def _chat(request: Request) -> Response:
    asked = await request.json()
    if asked["model"] == REFUSED:
        error = {
            "message": "there is no such model",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        }
        return JSONResponse({"error": error}, status_code=400)
    has_tools = bool(asked.get("tools")) and asked["model"] != TALKS
    if asked.get("stream"):
        has_usage = (asked.get("stream_options") or {}).get("include_usage")
        return _stream(_chat_chunks(_called(asked) if has_tools else None, has_usage=bool(has_usage)))
    said: dict[str, Any] = (
        {"tool_calls": [_called(asked)], "content": None} if has_tools else {"content": "hi"}
    )
    choice = {
        "index": 0,
        "message": {"role": "assistant", **said},
        "finish_reason": "tool_calls" if has_tools else "stop",
        "logprobs": None,
    }
    return JSONResponse(_completion("chat.completion", [choice], USAGE))


def _called(asked: dict[str, Any]) -> dict[str, Any]:
    """The tool call that answers: what has to choose takes the first choice."""
    function = asked["tools"][0]["function"]
    choice = function.get("parameters", {}).get("properties", {}).get("choice", {})
    if "enum" not in choice:
        return _CALL
    arguments = json.dumps({"choice": choice["enum"][0]}, separators=(",", ":"))
    return {**_CALL, "function": {"name": function["name"], "arguments": arguments}}


def _chat_chunks(call: dict[str, Any] | None, *, has_usage: bool) -> Iterator[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"content": "h"}, {"content": "i"}]
    if call:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        started = {
            "index": 0,
            "id": "call_1",
            "type": "function",
            "function": {"name": name, "arguments": ""},
        }
        rest = [{"index": 0, "function": {"arguments": text}} for text in (arguments[:4], arguments[4:])]
        deltas = [{"tool_calls": [each]} for each in (started, *rest)]
    for delta in ({"role": "assistant", "content": None if call else ""}, *deltas):
        yield _completion("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": None}])
    end = "tool_calls" if call else "stop"
    yield _completion("chat.completion.chunk", [{"index": 0, "delta": {}, "finish_reason": end}])
    if has_usage:
        yield _completion("chat.completion.chunk", [], USAGE)


def _completion(kind: str, choices: list[Any], usage: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1", "object": kind, "created": 1_763_900_000, "model": MODEL, "choices": choices,
        "usage": usage,
    }  # fmt: skip


async def _embeddings(request: Request) -> Response:
    del request
    data = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3]}]
    usage = {"prompt_tokens": 5, "total_tokens": 5}
    return JSONResponse({"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage})


async def _responses(request: Request) -> Response:
    asked = await request.json()
    call = _called({"tools": [{"function": each} for each in asked.get("tools") or [{}]]})
    if call is not _CALL:
        item = {
            "type": "function_call",
            "id": "fc_1",
            "call_id": call["id"],
            "status": "completed",
            **call["function"],
        }
        return JSONResponse({**_RESPONSE, "output": [item]})
    if not asked.get("stream"):
        return JSONResponse(_RESPONSE)
    begun = {**_RESPONSE, "status": "in_progress", "output": [], "usage": None}
    events = (
        {"type": "response.created", "response": begun},
        {"type": "response.completed", "response": _RESPONSE},
    )
    return _stream({**event, "sequence_number": number} for number, event in enumerate(events))


def _stream(events: Iterable[dict[str, Any]]) -> Response:
    named = ((f"event: {event['type']}\n" if "type" in event else "", event) for event in events)
    lines = [f"{name}data: {json.dumps(event)}\n\n" for name, event in named]
    return StreamingResponse(iter([*lines, "data: [DONE]\n\n"]), media_type="text/event-stream")


async def _models(request: Request) -> Response:
    del request
    names = (MODEL, "text-embedding-3-small")
    data = [
        {"id": name, "object": "model", "created": 1_763_900_000, "owned_by": "loopback"} for name in names
    ]
    return JSONResponse({"object": "list", "data": data})


def openai_app() -> Starlette:
    """Return the application, to be served by whoever wants more than it does."""
    routes = [
        Route("/v1/chat/completions", _chat, methods=["POST"]),
        Route("/v1/embeddings", _embeddings, methods=["POST"]),
        Route("/v1/responses", _responses, methods=["POST"]),
        Route("/v1/models", _models, methods=["GET"]),
    ]
    return Starlette(routes=routes)


@contextmanager
def openai_server() -> Iterator[str]:
    """Serve on a free port; gives the base URL for a client."""
    with listening(openai_app()) as url:
        yield f"{url}/v1"
