"""A small server that speaks enough of OpenAI's API for the examples and the docs: no key, no network, no model.

Chat completions and responses, whole and as streams, embeddings, and the list of models. It plays one fixed conversation: asked about
the weather, it calls `get_weather` for every city that the question names; given the results, it answers in one sentence. Where it has
to choose, as judges let it, it calls that tool with the first choice; a tool that it must call gets arguments of the right types. Else
it knows what the system message says, and answers with the sentence of it that shares most words with the question.

Run alone: python examples/fake_openai.py [PORT]
"""

import json
import re
import sys
from array import array
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final
from zlib import crc32

CREATED: Final = 1_763_900_000
DIMENSIONS: Final = 64
MODEL: Final = "gpt-4o-mini-2024-07-18"
MODELS: Final = ("gpt-4o-mini", "gpt-5-mini", "text-embedding-3-small")
CITY: Final = re.compile(r"\b(?:in|and) ([A-Z]\w+)")
WORD: Final = re.compile(r"\w+")
SENTENCE: Final = re.compile(r"[^.\s][^.]*\.")


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a chat completion request; words stand in for tokens."""
    message = _message(request)
    ending = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"index": 0, "message": message, "finish_reason": ending, "logprobs": None}
    return {**_completion("chat.completion", [choice]), "usage": _usage(request, message)}


def chunks(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer the same word by word; the counts of tokens come last, where they are asked for."""
    message = _message(request)
    yield _chunk({"role": "assistant", "content": None if "tool_calls" in message else ""})
    for word in re.findall(r"\S+\s*", message["content"] or ""):
        yield _chunk({"content": word})
    for index, call in enumerate(message.get("tool_calls", ())):
        yield _chunk({"tool_calls": [{**call, "index": index}]})
    yield _chunk({}, "tool_calls" if "tool_calls" in message else "stop")
    if (request.get("stream_options") or {}).get("include_usage"):
        yield {**_completion("chat.completion.chunk", []), "usage": _usage(request, message)}


def response(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a request of the responses API, as a chat would be."""
    given = request["input"]
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if request.get("instructions"):
        messages = [{"role": "system", "content": request["instructions"]}, *messages]
    tools = [{"type": "function", "function": each} for each in request.get("tools") or ()]
    chat = {"messages": messages, "tools": tools, "tool_choice": request.get("tool_choice")}
    message = _message(chat)
    usage = _usage(chat, message)
    calls = message.get("tool_calls")
    output: list[dict[str, Any]] = [
        {
            "type": "function_call",
            "id": f"fc_{number}",
            "call_id": call["id"],
            "status": "completed",
            **call["function"],
        }
        for number, call in enumerate(calls or (), start=1)
    ]
    if not calls:
        text = {"type": "output_text", "text": message["content"], "annotations": []}
        output = [
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}
        ]
    return {
        "id": f"resp_{len(messages)}", "object": "response", "created_at": CREATED, "model": MODEL, "status": "completed",
        "output": output, "error": None, "incomplete_details": None, "instructions": request.get("instructions"),
        "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0,
        "tool_choice": request.get("tool_choice") or "auto", "tools": request.get("tools") or [],
        "usage": {
            "input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"],
            "total_tokens": usage["total_tokens"], "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }  # fmt: skip


def response_events(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer the same as events, a text word by word."""
    whole = response(request)
    events: list[dict[str, Any]] = [
        {
            "type": "response.created",
            "response": {**whole, "status": "in_progress", "output": [], "usage": None},
        }
    ]
    for index, item in enumerate(whole["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        nothing: dict[str, Any] = {"content": []} if "content" in item else {"arguments": ""}
        empty = {**item, "status": "in_progress", **nothing}
        events.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        for part in item.get("content", ()):
            begun = {**place, "content_index": 0}
            events.append({"type": "response.content_part.added", **begun, "part": {**part, "text": ""}})
            words = re.findall(r"\S+\s*", part["text"])
            events += [
                {"type": "response.output_text.delta", **begun, "delta": word, "logprobs": []}
                for word in words
            ]
            events.append(
                {"type": "response.output_text.done", **begun, "text": part["text"], "logprobs": []}
            )
            events.append({"type": "response.content_part.done", **begun, "part": part})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return ({**event, "sequence_number": number} for number, event in enumerate(events))


def embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """Answer with vectors in which a number stands for the words of one kind: texts with the same words are alike."""
    given = request["input"] if isinstance(request["input"], list) else [request["input"]]
    data: list[dict[str, Any]] = []
    for index, text in enumerate(given):
        vector = [0.0] * DIMENSIONS
        for word in WORD.findall(str(text).lower()):
            vector[crc32(word.encode()) % DIMENSIONS] += 1.0
        length = sum(each * each for each in vector) ** 0.5 or 1.0
        numbers = [each / length for each in vector]
        packed = b64encode(array("f", numbers).tobytes()).decode()  # little-endian, as on all usual machines
        is_packed = request.get("encoding_format") == "base64"
        data.append({"object": "embedding", "index": index, "embedding": packed if is_packed else numbers})
    tokens = sum(len(str(text).split()) for text in given)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.get("model", MODEL), "usage": usage}


def models() -> dict[str, Any]:
    """Return the models that there are."""
    data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "fake"} for name in MODELS]
    return {"object": "list", "data": data}


def _message(request: dict[str, Any]) -> dict[str, Any]:
    messages = request["messages"]
    results = [message for message in messages if message["role"] == "tool"]
    if results:
        return _final_answer(results)
    if calls := _tool_calls(request):
        return {"role": "assistant", "content": None, "tool_calls": calls}
    return _known(messages)


def _tool_calls(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls that answer: of a tool that has to be called or by which one chooses, and of `get_weather` for each city."""
    functions = {tool["function"]["name"]: tool["function"] for tool in request.get("tools") or ()}
    wanted = request.get("tool_choice") or "auto"
    if not functions or wanted == "none":
        return []
    asked = _text(request["messages"][-1])
    cities = CITY.findall(asked) if "get_weather" in functions else []
    named = wanted.get("function", wanted).get("name") if isinstance(wanted, dict) else None
    if cities and named in (None, "get_weather"):
        return [_call(number, "get_weather", {"city": city}) for number, city in enumerate(cities, start=1)]
    chooses = [name for name, each in functions.items() if "choice" in _properties(each)]
    if named is None and wanted != "required" and not chooses:
        return []
    name = named or next(iter(chooses or functions))
    properties = _properties(functions.get(name, {}))
    return [_call(1, name, {key: _value(schema, asked) for key, schema in properties.items()})]


def _call(number: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _properties(function: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = (function.get("parameters") or {}).get("properties") or {}
    return properties


def _value(schema: dict[str, Any], asked: str) -> Any:
    """An argument: the first of what may be chosen, else something of its type."""
    if schema.get("enum"):
        return schema["enum"][0]
    others: dict[str, Any] = {"number": 1, "integer": 1, "boolean": True, "array": [], "object": {}}
    return others.get(schema.get("type", ""), asked)


def _final_answer(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": "Here is what I found: " + "; ".join(said["content"] for said in results),
    }


def _known(messages: list[dict[str, Any]]) -> dict[str, Any]:
    told = " ".join(_text(said) for said in messages if said["role"] == "system")
    asked = set(WORD.findall(_text(messages[-1]).lower()))
    sentences = SENTENCE.findall(told) or ["I do not know."]
    best = max(sentences, key=lambda sentence: len(asked & set(WORD.findall(sentence.lower()))))
    return {"role": "assistant", "content": best}


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content)


def _usage(request: dict[str, Any], message: dict[str, Any]) -> dict[str, int]:
    prompt = sum(len(_text(said).split()) for said in request["messages"])
    answer = len(json.dumps(message).split())
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def _completion(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": CREATED, "model": MODEL, "choices": choices}


def _chunk(delta: dict[str, Any], ending: str | None = None) -> dict[str, Any]:
    return _completion("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": ending}])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            self._answer(200, models())
        else:
            self._answer_nothing()

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "/chat/completions": completion, "/responses": response, "/embeddings": embeddings,
        }  # fmt: skip
        streams = {"/chat/completions": chunks, "/responses": response_events}
        path = next((each for each in answers if self.path.endswith(each)), "")
        if path in streams and request.get("stream"):
            self._stream(streams[path](request))
        elif path:
            self._answer(200, answers[path](request))
        else:
            self._answer_nothing()

    def _answer_nothing(self) -> None:
        self._answer(404, {"error": {"message": f"the fake server has no {self.path}", "type": "not_found"}})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Iterator[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")  # its end is that of the connection
        self.end_headers()
        for event in events:
            name = f"event: {event['type']}\n" if "type" in event else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the examples print their own results."""


@contextmanager
def fake_openai(port: int = 0) -> Iterator[str]:
    """Run the server on a free port while the block runs; give its base URL for an OpenAI client."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    thread = Thread(target=server.serve_forever, name="fake-openai")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with fake_openai(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as url, suppress(KeyboardInterrupt):
        print(f"OPENAI_BASE_URL={url}  (Ctrl-C ends it)")
        Event().wait()
