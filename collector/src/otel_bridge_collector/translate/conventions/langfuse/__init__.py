"""Langfuse's SDKs (`langfuse.*`), from version 3 on; LiteLLM writes these names too.

| attribute | field |
| --- | --- |
| `langfuse.observation.type` | `span_attributes.type`: generation, embedding: llm; tool, retriever: tool; evaluator: score; span, agent, chain, guardrail, event: task |
| `langfuse.observation.input`, `.output` | `input`, `output`: JSON text is parsed; of a generation as OpenAI chat messages |
| `tools`, `functions` beside the messages of a generation | `metadata.tools` as OpenAI tool objects; what else stands there, `metadata` |
| `langfuse.observation.model.name` | `metadata.model`, without the provider in front |
| `langfuse.observation.model.parameters` | `metadata.temperature` and so on; `max_output_tokens` as `max_tokens` |
| `langfuse.observation.usage_details` | `metrics.prompt_tokens` and so on: a provider's usage object, or Langfuse's own counts, which leave cached and other parts out of `input` and `output` |
| `langfuse.observation.cost_details` | `metrics.estimated_cost`, its `total`, else the sum of its parts |
| `langfuse.observation.completion_start_time` | `metrics.time_to_first_token`: the time since the span's start |
| `langfuse.observation.metadata.<key>`, `langfuse.trace.metadata.<key>` | `metadata.<key>`; SDKs from version 5 on write each value as JSON text |
| `langfuse.trace.tags` | `tags` |
| `user.id`, `session.id`, formerly `langfuse.user.id`, `langfuse.session.id` | `metadata.user_id`, `metadata.session_id` |
| `langfuse.experiment.item.expected_output` | `expected` |

The rest (level, status message, prompt, environment, release, ...) stays in `metadata` under its own name.

Source: langfuse 5.0.4, `_client/attributes.py`, `openai.py`, `langchain/CallbackHandler.py`; litellm 1.109.1,
`integrations/otel/mappers/langfuse.py`; spec/translation.md sections 4.5 and 14 (13).
"""

from otel_bridge_collector.translate.conventions.langfuse.observation import NAME, claims, translate

__all__ = ["NAME", "claims", "translate"]
