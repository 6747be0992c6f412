"""OpenInference (`openinference.span.kind`, `llm.*`, `input.value`, ...), the convention of Arize Phoenix.

| attribute | field |
| --- | --- |
| `llm.input_messages.<n>.message.*`, `llm.prompts`, `embedding.embeddings.<n>.embedding.text`, `reranker.query` with `reranker.input_documents`, `input.value` | `input`, the first of them; messages as OpenAI chat messages |
| `llm.output_messages.<n>.message.*`, `llm.choices`, `embedding.embeddings.<n>.embedding.vector`, `retrieval.documents`, `reranker.output_documents`, `output.value` | `output`, the same way |
| `input.mime_type`, `output.mime_type` | whether a value is JSON; objects and lists are read as JSON anyway |
| `openinference.span.kind` | `span_attributes.type`: LLM, EMBEDDING: llm; TOOL, RETRIEVER, RERANKER: tool; EVALUATOR: score; any other: task |
| `llm.response.model_name`, `llm.model_name`, `embedding.model_name`, `reranker.model_name` | `metadata.model`, the first of them |
| `llm.request.model_name`, `model` in the parameters | `metadata.model` where nothing else names it, else `metadata.request_model` if it differs |
| `llm.provider`, `llm.system` | `metadata.provider` in one spelling; another spelling stays too |
| `llm.invocation_parameters`, `embedding.invocation_parameters` | `metadata.temperature` and so on, in the spelling of OpenAI's chat API |
| `llm.tools.<n>.tool.*` | `metadata.tools` as OpenAI tool objects |
| `llm.token_count.*` | `metrics.prompt_tokens` and so on, see `translate/usage.py` |
| `llm.cost.total` | `metrics.estimated_cost` |
| `llm.finish_reason` | `metadata.finish_reason` |
| `metadata` (a JSON object) | `metadata`, key by key |
| `tag.tags` | `tags` |
| `session.id`, `user.id` | `metadata.session_id`, `metadata.user_id` |
| `annotations.<n>.annotation.*`, `evaluations.<n>.evaluation.*` | `scores`, where the score is from 0 to 1; all of them in `metadata.evaluations` |

The span event `First Token Stream Event` gives `metrics.time_to_first_token`. The rest (agent, graph node, prompt template,
tool, ...) stays in `metadata` under its own name.

Most instrumentations write the whole request as `input.value` and the whole response as `output.value`, and the same messages in
attributes of their own. Then the messages count, and of the other two only what is no message stays: in `metadata`, under its
path (`output.value.system_fingerprint`); the response's id becomes `gen_ai.response.id`. Lists in them are taken for content. If
messages were redacted, nothing of the duplicates stays. A value that holds more messages than the attributes wins. Haystack's
instrumentation writes messages as Python prints them, and flattens neither calls nor results of tools: in a call of a model the
printed ones are read.

Source: openinference-semantic-conventions 0.1.42 and the instrumentations of its repository, read 2026-11-23;
spec/translation.md sections 4.5, 10 and 14 (1, 6, 10, 12, 16).
"""

from otel_bridge_collector.translate.conventions.openinference.reader import NAME, claims, translate

__all__ = ["NAME", "claims", "translate"]
