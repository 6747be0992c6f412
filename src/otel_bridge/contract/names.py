"""Attribute names that cross the wire, spelled as their owners spell them.

Sources: Braintrust documentation, "OpenTelemetry attributes and events" (`braintrust.*`), read
2026-11-22; OpenTelemetry GenAI semantic conventions, repository semantic-conventions-genai at 2781a13
(`gen_ai.*`, all in development; the constants of `opentelemetry-semantic-conventions` are deprecated, so
these are our own). Names of one foreign convention live in that convention's module in the sidecar.
"""

from typing import Final

# Braintrust: content of a row.
INPUT_JSON: Final = "braintrust.input_json"
OUTPUT_JSON: Final = "braintrust.output_json"
EXPECTED_JSON: Final = "braintrust.expected_json"
INPUT: Final = "braintrust.input"
OUTPUT: Final = "braintrust.output"
EXPECTED: Final = "braintrust.expected"
METADATA: Final = "braintrust.metadata"
METRICS: Final = "braintrust.metrics"
SCORES: Final = "braintrust.scores"
TAGS: Final = "braintrust.tags"
SPAN_ATTRIBUTES: Final = "braintrust.span_attributes"
CONTEXT_JSON: Final = "braintrust.context_json"
ORIGIN: Final = "braintrust.origin"

# Braintrust: routing and reading.
PARENT: Final = "braintrust.parent"
ORG: Final = "braintrust.org"
APP_URL: Final = "braintrust.app_url"
PRESERVE_ATTRIBUTES: Final = "braintrust.otel.preserve_attributes"

# Our extensions in Braintrust's namespace: harmless there, they end in metadata.
ERROR_JSON: Final = "braintrust.error_json"
ROW_ID: Final = "braintrust.row_id"
CLASSIFICATIONS: Final = "braintrust.classifications"
FACETS: Final = "braintrust.facets"
UNFINISHED: Final = "braintrust.unfinished"
EVENT_PREFIX: Final = "braintrust.event."
"""A row field that Braintrust does not name (`start_span(foo=1)`) travels as `braintrust.event.foo`, in JSON."""

# Our OTLP log records (event names) for facts that arrive apart from their span.
FEEDBACK_EVENT: Final = "braintrust.feedback"
FEEDBACK_ID: Final = "braintrust.feedback.id"
FEEDBACK_FACT_ID: Final = "braintrust.feedback.fact_id"
"""Made once by the sender for each call, so that a repeated delivery is the same fact."""
FEEDBACK_SCORES: Final = "braintrust.feedback.scores"
FEEDBACK_EXPECTED_JSON: Final = "braintrust.feedback.expected_json"
FEEDBACK_TAGS: Final = "braintrust.feedback.tags"
FEEDBACK_COMMENT: Final = "braintrust.feedback.comment"
FEEDBACK_SOURCE: Final = "braintrust.feedback.source"
FEEDBACK_METADATA: Final = "braintrust.feedback.metadata"
UPDATE_EVENT: Final = "braintrust.update"
"""A later write to a span's row; its fields travel under the same names as on the span."""
LOG_EVENT: Final = "braintrust.log"
"""A line of an application log; its row's fields travel under the same names as on a span."""

# Proof of masking.
MASKED: Final = "otel_bridge.masked"
MASKING_ERROR: Final = "otel_bridge.masking_error"

# GenAI semantic conventions that the app side writes.
GEN_AI_OPERATION_NAME: Final = "gen_ai.operation.name"
GEN_AI_PROVIDER_NAME: Final = "gen_ai.provider.name"
GEN_AI_CONVERSATION_ID: Final = "gen_ai.conversation.id"
GEN_AI_INPUT_MESSAGES: Final = "gen_ai.input.messages"
GEN_AI_OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
GEN_AI_REQUEST_MODEL: Final = "gen_ai.request.model"
GEN_AI_REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
GEN_AI_REQUEST_TOP_P: Final = "gen_ai.request.top_p"
GEN_AI_REQUEST_TOP_K: Final = "gen_ai.request.top_k"
GEN_AI_REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
GEN_AI_REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
GEN_AI_REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
GEN_AI_REQUEST_SEED: Final = "gen_ai.request.seed"
GEN_AI_REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
GEN_AI_RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
GEN_AI_TOOL_NAME: Final = "gen_ai.tool.name"
GEN_AI_TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
GEN_AI_TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"
GEN_AI_TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
GEN_AI_USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
GEN_AI_USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
GEN_AI_EVALUATION_RESULT_EVENT: Final = "gen_ai.evaluation.result"
GEN_AI_EVALUATION_NAME: Final = "gen_ai.evaluation.name"
GEN_AI_EVALUATION_SCORE_VALUE: Final = "gen_ai.evaluation.score.value"
GEN_AI_EVALUATION_SCORE_LABEL: Final = "gen_ai.evaluation.score.label"
GEN_AI_EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"

# Stable OpenTelemetry conventions.
ERROR_TYPE: Final = "error.type"
USER_ID: Final = "user.id"
CODE_FUNCTION_NAME: Final = "code.function.name"
CODE_FILE_PATH: Final = "code.file.path"
CODE_LINE_NUMBER: Final = "code.line.number"
EXCEPTION_EVENT: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"

SCOPE: Final = "otel_bridge"
"""Instrumentation scope of the spans and log records that our own app side makes."""

# Headers and baggage.
PARENT_HEADER: Final = "x-bt-parent"
"""HTTP header or gRPC metadata key that routes a whole OTLP request; matched without case."""
PARENT_BAGGAGE: Final = "braintrust.parent"
