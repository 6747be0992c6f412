"""The GenAI semantic conventions (`gen_ai.*`), those of today and those that they replaced.

| attribute | field |
| --- | --- |
| `gen_ai.input.messages`, `gen_ai.prompt_json`, `gen_ai.prompt.<n>.*`, `gen_ai.prompt` | `input`, the first of them; as OpenAI chat messages |
| `gen_ai.output.messages`, `gen_ai.completion_json`, `gen_ai.completion.<n>.*`, `gen_ai.completion` | `output`, the same way |
| `gen_ai.system_instructions` | a system message before those of `input` |
| `gen_ai.tool.call.arguments`, `.result`, else `gen_ai.tool.input`, `.output` (Mastra) | `input`, `output`; on tool spans before messages, on those of a model nothing: what it called stands in its answer |
| `gen_ai.retrieval.query.text`, `.documents` | `input`, `output` |
| `gen_ai.operation.name` | `span_attributes.type`: chat, generate_content, text_completion, embeddings, fetch_response: llm; execute_tool, retrieval, memory: tool; agents, workflows, plan: task |
| `gen_ai.tool.name` | `metadata.tools`; type tool where the operation names none |
| `gen_ai.tool.definitions`, `gen_ai.agent.tools` | `metadata.tools` as OpenAI tool objects |
| `gen_ai.tool.call.id` | `metadata.tool_call_id` |
| `gen_ai.response.model`, `gen_ai.request.model` | `metadata.model`, the first; the second, where it differs, `metadata.request_model`; without the provider in front |
| `gen_ai.provider.name`, `gen_ai.system`, `gen_ai.model.provider` (Cloudflare) | `metadata.provider` in one spelling; another spelling stays too |
| `gen_ai.request.*`, `gen_ai.request` (a JSON object) | `metadata.temperature` and so on; `stop_sequences` as `stop`, `choice.count` as `n`, `reasoning.level` as `reasoning_effort` |
| `gen_ai.usage.*`, `gen_ai.usage` (a JSON object) | `metrics.prompt_tokens` and so on, see `translate/usage.py`; `cost` as `estimated_cost`, as are `operation.cost` and `llm.cost.total` |
| `gen_ai.response.time_to_first_chunk`, `gen_ai.server.time_to_first_token` | `metrics.time_to_first_token`, seconds |

On the span of a tool one message with a call or a result is its `input` or `output` (Strands). Items of OpenAI's responses that stand
printed in texts are read (`translate/printed_item.py`).

The rest (response id, finish reasons, conversation, agent, ...) stays in `metadata` under its own name.

| span event | field |
| --- | --- |
| `gen_ai.system.message`, `gen_ai.user.message`, `gen_ai.tool.message` | `input`, one message each, before anything in attributes |
| `gen_ai.assistant.message` | `input` where another message follows, else `output` |
| `gen_ai.choice` | `output` |
| `gen_ai.event.content` of these, JSON text (Azure) | what the event says |
| `gen_ai.content.prompt`, `gen_ai.content.completion` | `input`, `output` |
| `gen_ai.client.inference.operation.details` | what its attributes say, where the span's own say nothing; of several the messages of all |
| `gen_ai.evaluation.result` | `scores`, from 0 to 1 |

Source: semantic-conventions-genai at 2781a13; Braintrust documentation, "OpenTelemetry attributes and events", read
2026-11-22; spec/translation.md sections 4.2, 4.3, 4.4, 4.6 and 14.
"""

from otel_bridge_collector.translate.conventions.gen_ai.event import DETAILS as DETAILS_EVENT
from otel_bridge_collector.translate.conventions.gen_ai.event import evaluation, message
from otel_bridge_collector.translate.conventions.gen_ai.reader import NAME, claims, read, translate

__all__ = ["DETAILS_EVENT", "NAME", "claims", "evaluation", "message", "read", "translate"]
