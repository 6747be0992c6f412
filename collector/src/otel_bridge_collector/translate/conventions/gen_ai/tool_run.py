"""`input` and `output` of the run of a tool that is told as messages: the arguments of the call, and its result.

Source: strands-agents 1.62.0, `telemetry/tracer.py`, `start_tool_call_span` and `end_tool_call_span`, in both of its spellings.
"""

from dataclasses import replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import is_message_list
from otel_bridge_collector.translate.partial import Content, Rank, Reading

_TOLD: Final = frozenset({"role", "content", "tool_call_id"})
_CALLED: Final = frozenset({"role", "content", "tool_calls"})
_MESSAGES: Final = (Rank.EVENTS, Rank.MESSAGES)


def plain(reading: Reading) -> Reading:
    """Return a reading with the arguments or the result in place of the one message that holds nothing else."""
    if (
        not isinstance(reading, Content)
        or reading.rank not in _MESSAGES
        or not is_message_list(reading.value)
    ):
        return reading
    if len(reading.value) > 1:
        return reading
    message = dict(reading.value[0])
    if reading.field == "input" and message.keys() == _CALLED and message["content"] is None:
        return replace(reading, value=_arguments(message["tool_calls"], reading.value))
    is_told = isinstance(message.get("content"), str) and message.keys() <= _TOLD
    return replace(reading, value=json_text.decoded(message["content"])) if is_told else reading


def _arguments(calls: Json, otherwise: Json) -> Json:
    only: Json = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    function = only.get("function") if isinstance(only, dict) else None
    return json_text.decoded(function.get("arguments")) if isinstance(function, dict) else otherwise
