"""Braintrust's programming model on plain OpenTelemetry: the app side."""

from otel_bridge.api.attachments import (
    Attachment,
    BaseAttachment,
    ExternalAttachment,
    JSONAttachment,
    ReadonlyAttachment,
)
from otel_bridge.api.customizers import SpanCustomizer, set_span_customizers
from otel_bridge.api.datasets import Dataset, DatasetRef, init_dataset
from otel_bridge.api.evaluation.call import set_thread_pool_max_workers
from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.api.evaluation.data import BaseExperiment
from otel_bridge.api.evaluation.eval import Eval, EvalAsync
from otel_bridge.api.evaluation.evaluator import EvalScorer, EvalTask, Evaluator, default_error_score_handler
from otel_bridge.api.evaluation.hooks import EvalHooks, SSEProgressEvent, TaskProgressEvent
from otel_bridge.api.evaluation.reporter import Reporter, ReporterDef
from otel_bridge.api.evaluation.result import EvalResult, EvalResultWithSummary
from otel_bridge.api.evaluation.score import Classification, Score
from otel_bridge.api.evaluation.trace import LocalTrace
from otel_bridge.api.experiment import Experiment, ExperimentIdentifier
from otel_bridge.api.experiment_now import current_experiment, log, summarize
from otel_bridge.api.experiments import init, init_experiment
from otel_bridge.api.feedback import log_feedback, update_span
from otel_bridge.api.function_stream import (
    BraintrustConsoleChunk,
    BraintrustErrorChunk,
    BraintrustJsonChunk,
    BraintrustProgressChunk,
    BraintrustStream,
    BraintrustTextChunk,
    parse_stream,
)
from otel_bridge.api.functions import init_function, invoke, invoke_async
from otel_bridge.api.interface import Span, SpanTypeAttribute
from otel_bridge.api.link import permalink
from otel_bridge.api.log_handler import BraintrustLogHandler
from otel_bridge.api.logger import Logger, current_logger, init_logger
from otel_bridge.api.login import login, login_to_state, org_id, set_http_adapter
from otel_bridge.api.masking import set_masking_function
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.prompts import Prompt, load_prompt, load_prompt_async
from otel_bridge.api.readonly_experiment import ReadonlyExperiment
from otel_bridge.api.summary import (
    DatasetSummary,
    DataSummary,
    ExperimentSummary,
    MetricSummary,
    ScoreSummary,
    SummarySkipped,
    SummarySuccess,
)
from otel_bridge.api.threads import TracedThreadPoolExecutor, setup_threads
from otel_bridge.api.traced import traced
from otel_bridge.api.tracing import (
    current_span,
    extract_trace_context,
    inject_trace_context,
    parent_context,
    start_span,
)
from otel_bridge.auto.instrument import auto_instrument, uninstrument
from otel_bridge.auto.wrapping import (
    wrap_anthropic,
    wrap_instructor,
    wrap_litellm,
    wrap_openai,
    wrap_openrouter,
)
from otel_bridge.configure import flush, tracer_provider
from otel_bridge.contract.slug import SpanComponents
from otel_bridge.control.repo import GitMetadataSettings, RepoInfo
from otel_bridge.errors import BraintrustInvokeError, BridgeError, FlushError
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.exporter import BridgeLogExporter, BridgeSpanExporter
from otel_bridge.processor.log_records import BridgeLogRecordProcessor
from otel_bridge.processor.stats import Stats, stats

__all__ = [
    "NOOP_SPAN",
    "Attachment",
    "BaseAttachment",
    "BaseExperiment",
    "BraintrustConsoleChunk",
    "BraintrustErrorChunk",
    "BraintrustInvokeError",
    "BraintrustJsonChunk",
    "BraintrustLogHandler",
    "BraintrustProgressChunk",
    "BraintrustStream",
    "BraintrustTextChunk",
    "BridgeError",
    "BridgeLogExporter",
    "BridgeLogRecordProcessor",
    "BridgeSpanExporter",
    "BridgeSpanProcessor",
    "Classification",
    "DataSummary",
    "Dataset",
    "DatasetRef",
    "DatasetSummary",
    "Eval",
    "EvalAsync",
    "EvalCase",
    "EvalHooks",
    "EvalResult",
    "EvalResultWithSummary",
    "EvalScorer",
    "EvalTask",
    "Evaluator",
    "Experiment",
    "ExperimentIdentifier",
    "ExperimentSummary",
    "ExternalAttachment",
    "FlushError",
    "GitMetadataSettings",
    "JSONAttachment",
    "LocalTrace",
    "Logger",
    "MetricSummary",
    "Prompt",
    "ReadonlyAttachment",
    "ReadonlyExperiment",
    "RepoInfo",
    "Reporter",
    "ReporterDef",
    "SSEProgressEvent",
    "Score",
    "ScoreSummary",
    "Span",
    "SpanComponents",
    "SpanCustomizer",
    "SpanTypeAttribute",
    "Stats",
    "SummarySkipped",
    "SummarySuccess",
    "TaskProgressEvent",
    "TracedThreadPoolExecutor",
    "auto_instrument",
    "current_experiment",
    "current_logger",
    "current_span",
    "default_error_score_handler",
    "extract_trace_context",
    "flush",
    "init",
    "init_dataset",
    "init_experiment",
    "init_function",
    "init_logger",
    "inject_trace_context",
    "invoke",
    "invoke_async",
    "load_prompt",
    "load_prompt_async",
    "log",
    "log_feedback",
    "login",
    "login_to_state",
    "org_id",
    "parent_context",
    "parse_stream",
    "permalink",
    "set_http_adapter",
    "set_masking_function",
    "set_span_customizers",
    "set_thread_pool_max_workers",
    "setup_threads",
    "start_span",
    "stats",
    "summarize",
    "traced",
    "tracer_provider",
    "uninstrument",
    "update_span",
    "wrap_anthropic",
    "wrap_instructor",
    "wrap_litellm",
    "wrap_openai",
    "wrap_openrouter",
]
