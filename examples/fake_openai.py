"""A small server that speaks enough of OpenAI's chat API for the examples: no key, no network, no model.

It plays one fixed conversation: asked about the weather, it calls `get_weather` for every city that the
question names; given the results, it answers in one sentence. With a system message and no tools it knows what
that says, and answers with the sentence of it that shares most words with the question.

Run alone: python examples/fake_openai.py [PORT]
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Final

MODEL: Final = "gpt-4o-mini-2024-07-18"
CITY: Final = re.compile(r"\b(?:in|and) ([A-Z]\w+)")
WORD: Final = re.compile(r"\w+")
SENTENCE: Final = re.compile(r"[^.\s][^.]*\.")


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a chat completion request; words stand in for tokens."""
    messages = request["messages"]
    results = [message for message in messages if message["role"] == "tool"]
    if results:
        message = _final_answer(results)
    elif messages[0]["role"] == "system" and not request.get("tools"):
        message = _known(messages)
    else:
        message = _tool_calls(messages[-1]["content"])
    prompt_tokens = sum(len(str(said.get("content") or "").split()) for said in messages)
    completion_tokens = len(json.dumps(message).split())
    return {
        "id": f"chatcmpl-{len(messages)}",
        "object": "chat.completion",
        "created": 1_763_900_000,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


def _tool_calls(question: str) -> dict[str, Any]:
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "get_weather", "arguments": json.dumps({"city": city})},
        }
        for number, city in enumerate(CITY.findall(question), start=1)
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _final_answer(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": "Here is what I found: " + "; ".join(said["content"] for said in results),
    }


def _known(messages: list[dict[str, Any]]) -> dict[str, Any]:
    told = " ".join(str(said["content"]) for said in messages if said["role"] == "system")
    asked = set(WORD.findall(str(messages[-1]["content"]).lower()))
    sentences = SENTENCE.findall(told) or ["I do not know."]
    best = max(sentences, key=lambda sentence: len(asked & set(WORD.findall(sentence.lower()))))
    return {"role": "assistant", "content": best}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/chat/completions"):
            self._answer(200, completion(request))
        else:
            self._answer(
                404, {"error": {"message": f"the fake server has no {self.path}", "type": "not_found"}}
            )

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

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
