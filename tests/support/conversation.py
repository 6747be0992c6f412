"""What rows of chat calls tell, without what depends on the instrumentation that recorded them."""

import json
from typing import Any, Final

from tests.support.conventions import Case

TOKENS: Final = ("prompt_tokens", "completion_tokens", "tokens")


def calls(case: Case) -> list[dict[str, Any]]:
    """The rows of the calls of a model, in order, as plain JSON."""
    rows = [json.loads(json.dumps(row)) for row in case.translate()]
    return sorted(
        (row for row in rows if row["span_attributes"]["type"] == "llm"),
        key=lambda row: row["metrics"]["start"],
    )


def told(messages: list[dict[str, Any]]) -> list[Any]:
    """Messages without ids of calls, finish reasons, and the spacing of arguments; no text is empty text."""
    return [
        {
            "role": message["role"],
            "content": message.get("content") or None,
            "calls": [
                (call["type"], call["function"]["name"], json.loads(call["function"]["arguments"]))
                for call in message.get("tool_calls", [])
            ],
        }
        for message in messages
    ]
