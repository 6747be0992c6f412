"""Logfire (`logfire.*`), its wrappers of model clients, and Pydantic AI, from the first versions to those of today.

| attribute | field |
| --- | --- |
| `request_data`: `messages`, `input` or `prompt`, with `system` or `instructions` | `input` |
| `request_data`: `model`, `tools`, the rest | `metadata.model`, `metadata.tools`, `metadata.temperature` and so on |
| `response_data`: `message`, `text`, `combined_chunk_content` or `images` | `output` |
| `response_data`: `usage`; the rest | `metrics.prompt_tokens` and so on; `metadata.response_data` |
| `events`; `event_body` of span events | `input`, `output`: message events |
| `input` or `raw_input`, `output`, `response` of spans of the OpenAI Agents SDK | `input`, `output`, tokens |
| `pydantic_ai.all_messages`, formerly `all_messages_events` | `input` of an agent's run, up to its answer |
| `final_result` | `output` of an agent's run: the answer as a message where it is a text |
| `tool_arguments`, `tool_response` | `input`, `output` of a tool |
| `model_request_parameters` | `metadata.tools`, where no other attribute names them; what it says besides stays in `metadata` as an object |
| `model_name` | `metadata.model` |
| `gen_ai.aggregated_usage.*` | `metrics.prompt_tokens` and so on, of an agent's run |
| `operation.cost` | `metrics.estimated_cost` |
| `logfire.tags` | `tags` |
| `logfire.span_type` | `log`: `span_attributes.type` log where the span is no call; `pending_span`: no row at all |
| `logfire.level_num`, `logfire.msg` | of a log `span_attributes.log_level` and `output` |
| `logfire.json_schema` | which other attributes are JSON: those are in `metadata` as objects and lists |

A `request_data` with a model and content is a call (llm). Logfire writes a streamed call as two spans, the request and,
when the stream has ended, a log with request, answer and tokens; both are calls. The rest (message template, schema,
level, ...) stays in `metadata` under its own name.

Source: PyPI `logfire` 0.50.1, 2.11.1, 3.25.0 and 5.2.0, `pydantic-ai-slim` 0.8.1, 1.0.0 and 2.68.0, read 2026-11-23;
spec/translation.md sections 4.5 and 14 (2, 3, 10, 11).
"""

from otel_bridge_collector.translate.conventions.logfire.reader import NAME, claims, is_pending, translate

__all__ = ["NAME", "claims", "is_pending", "translate"]
