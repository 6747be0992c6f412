"""The Vercel AI SDK's own attributes (`ai.*`): versions 3 to 6, and `LegacyOpenTelemetry` of 7.

| attribute | field |
| --- | --- |
| `ai.prompt.messages`, `ai.prompt` (system, prompt and messages in one object) | `input` as OpenAI chat messages |
| `ai.value`, `ai.values`, `ai.documents` | `input` of embeddings and rankings |
| `ai.response.text`, `.reasoning`, `.files`, `.toolCalls`; formerly `ai.result.*` | `output`: one message of the assistant |
| `ai.response.object`, formerly `ai.result.object` | `output`: the object; on the span of a call the text of a message |
| `ai.embedding`, `ai.embeddings`, `ai.ranking` | `output` |
| `ai.toolCall.args`, `.result` | `input`, `output` |
| `ai.operationId` | `span_attributes.type`: `*.doGenerate`, `*.doStream`, `*.doEmbed`: llm; `ai.toolCall`: tool; else task |
| `ai.response.model`, `ai.model.id` | `metadata.model`, the first; the second, where it differs, `metadata.request_model` |
| `ai.model.provider` | `metadata.provider` in one spelling; another spelling stays too |
| `ai.prompt.tools`, `ai.prompt.toolChoice` | `metadata.tools` as OpenAI tool objects, `metadata.tool_choice` |
| `ai.settings.*` | `metadata.temperature` and so on, in snake case; `maxOutputTokens` and `maxTokens` as `max_tokens`, `stopSequences` as `stop` |
| `ai.telemetry.metadata.*` | `metadata.*` |
| `ai.toolCall.id` | `metadata.tool_call_id` |
| `ai.usage.*` | `metrics.prompt_tokens` and so on |
| `ai.response.providerMetadata` | on the span of a call: tokens that `ai.usage.*` leaves out; it stays in `metadata` |
| `ai.response.msToFirstChunk`, `ai.stream.msToFirstChunk`, on the span or its event `ai.stream.firstChunk` | `metrics.time_to_first_token`, seconds |
| `ai.request.headers.authorization` | nothing: it is a secret |

The rest (function id, finish reason, response id, other headers, ...) stays in `metadata` under its own name.
Version 7 writes `gen_ai.*` unless told otherwise. The spans of a call repeat some attributes as `gen_ai.*`; this
convention comes first, because it knows whose tokens exclude the cache: those of Anthropic before version 6.

Source: npm `ai` 3.4.33, 4.3.19, 5.0.277 and 6.0.326, `@ai-sdk/otel` 1.0.173, read 2026-11-23; spec/translation.md
sections 4.5 and 14 (7).
"""

from otel_bridge_collector.translate.conventions.vercel_ai.reader import NAME, claims, translate

__all__ = ["NAME", "claims", "translate"]
