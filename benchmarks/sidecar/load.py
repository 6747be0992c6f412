"""The fixed load: trace requests of model calls, about 2.5 KB a span, as an instrumentation of the GenAI conventions sends them."""

import json
import time
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import Final, TypeAlias

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

Value: TypeAlias = str | bool | int | float | list[str]

SPANS: Final = 100
"""In a request."""

_TRACE_SPANS: Final = 5
_WORDS: Final = [
    "alpha",
    "beta",
    "gamma",
    "retrieval",
    "customer",
    "refund",
    "invoice",
    "policy",
    "because",
    "therefore",
    "the",
    "of",
    "a",
    "to",
    "\n",
    '"quoted"',
    "naïve",
    "日本",
]
_TOOLS: Final = [{"type": "function", "name": name} for name in ("get_weather", "search_docs")]
_MS: Final = 1_000_000


def bodies(
    requests: int,
    *,
    seed: int = 7,
    spans: int = SPANS,
    from_ns: int = 1_760_000_000_000_000_000,
    every_ns: int = _MS,
    words: Sequence[str] = _WORDS,
) -> Iterator[bytes]:
    """Yield requests as they go over the wire, every span with an id of its own.

    Args:
        requests: how many.
        seed: other seeds give other ids.
        spans: in each.
        from_ns: when the first span starts, Unix nanoseconds.
        every_ns: from the start of one span to that of the next.
        words: what texts are drawn of.
    """
    draw = Random(seed)  # noqa: S311 - no secret
    resource = Resource(
        attributes=[_entry("service.name", "bench"), _entry("telemetry.sdk.language", "python")]
    )
    scope = InstrumentationScope(name="openai", version="1.0")
    for number in range(requests):
        numbers = range(number * spans, (number + 1) * spans)
        made = list(_spans(draw, numbers, from_ns, every_ns, words))
        group = ResourceSpans(resource=resource, scope_spans=[ScopeSpans(scope=scope, spans=made)])
        yield ExportTraceServiceRequest(resource_spans=[group]).SerializeToString()


def endless(*, seed: int = 7, kinds: int = 100) -> Iterator[bytes]:
    """Yield requests without end, at little cost: what some say comes again, with other ids, and as if it had just ended."""
    made = [ExportTraceServiceRequest.FromString(body) for body in bodies(kinds, seed=seed)]
    for turn in count():
        prefix = (seed * 65_537 + turn & 0xFFFFFFFF).to_bytes(4, "big")
        for request in made:
            now_ns = time.time_ns()
            for span in request.resource_spans[0].scope_spans[0].spans:
                span.trace_id = prefix + span.trace_id[4:]
                span.span_id = prefix + span.span_id[4:]
                if span.parent_span_id:
                    span.parent_span_id = prefix + span.parent_span_id[4:]
                span.start_time_unix_nano, span.end_time_unix_nano = now_ns - 350 * _MS, now_ns
            yield request.SerializeToString()


def _spans(draw: Random, numbers: range, from_ns: int, every_ns: int, words: Sequence[str]) -> Iterator[Span]:
    trace_id = root_id = b""
    for number in numbers:
        is_root = number % _TRACE_SPANS == 0
        span_id = draw.randbytes(8)
        if is_root or not trace_id:
            trace_id, root_id = draw.randbytes(16), span_id
        start_ns = from_ns + number * every_ns
        yield Span(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=b"" if span_id == root_id else root_id,
            name="invoke_agent" if is_root else "chat gpt-5",
            kind=Span.SPAN_KIND_INTERNAL if is_root else Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + 350 * _MS,
            attributes=[
                _entry(key, value) for key, value in _attributes(draw, number, words, is_root=is_root).items()
            ],
        )


def _attributes(draw: Random, number: int, words: Sequence[str], *, is_root: bool) -> dict[str, Value]:
    asked = [_message("system", _text(draw, words, 300)), _message("user", _text(draw, words, 500))]
    answered = [{**_message("assistant", _text(draw, words, 700)), "finish_reason": "stop"}]
    return {
        "gen_ai.operation.name": "invoke_agent" if is_root else "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.model": "gpt-5-2026-01-01",
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.response.id": f"chatcmpl-{draw.getrandbits(64):016x}",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": draw.randrange(100, 2000),
        "gen_ai.usage.output_tokens": draw.randrange(10, 900),
        "gen_ai.conversation.id": f"conv-{number // 50}",
        "gen_ai.input.messages": json.dumps(asked),
        "gen_ai.output.messages": json.dumps(answered),
        "gen_ai.tool.definitions": json.dumps(_TOOLS),
        "user.id": f"u{number % 1000}",
        "http.retry": False,
        "server.address": "api.openai.com",
        "server.port": 443,
    }


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _text(draw: Random, words: Sequence[str], characters: int) -> str:
    return " ".join(draw.choices(words, k=characters // 4))[:characters]


def _entry(key: str, value: Value) -> KeyValue:
    return KeyValue(key=key, value=_any(value))


def _any(value: Value) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case _:
            return AnyValue(array_value=ArrayValue(values=[_any(item) for item in value]))
