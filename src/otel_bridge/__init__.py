"""Braintrust's programming model on plain OpenTelemetry: the app side.

A public name is imported when it is first asked for, so that `import otel_bridge` costs next to nothing in a process that traces little or not
at all. `__init__.pyi` says the same to type checkers; a test holds the two together.
"""

from importlib import import_module as _import_module
from typing import Final as _Final

_NAMES: _Final[dict[str, tuple[str, ...]]] = {
    "api.attachments": (
        "Attachment",
        "BaseAttachment",
        "ExternalAttachment",
        "JSONAttachment",
        "ReadonlyAttachment",
    ),
    "api.customizers": (
        "SpanCustomizer",
        "set_span_customizers",
    ),
    "api.datasets": (
        "Dataset",
        "DatasetRef",
        "init_dataset",
    ),
    "api.evaluation.call": ("set_thread_pool_max_workers",),
    "api.evaluation.case": ("EvalCase",),
    "api.evaluation.data": ("BaseExperiment",),
    "api.evaluation.eval": (
        "Eval",
        "EvalAsync",
    ),
    "api.evaluation.evaluator": (
        "EvalScorer",
        "EvalTask",
        "Evaluator",
        "default_error_score_handler",
    ),
    "api.evaluation.hooks": (
        "EvalHooks",
        "SSEProgressEvent",
        "TaskProgressEvent",
    ),
    "api.evaluation.reporter": (
        "Reporter",
        "ReporterDef",
    ),
    "api.evaluation.result": (
        "EvalResult",
        "EvalResultWithSummary",
    ),
    "api.evaluation.score": (
        "Classification",
        "Score",
    ),
    "api.evaluation.trace": ("LocalTrace",),
    "api.experiment": (
        "Experiment",
        "ExperimentIdentifier",
    ),
    "api.experiment_now": (
        "current_experiment",
        "log",
        "summarize",
    ),
    "api.experiments": (
        "init",
        "init_experiment",
    ),
    "api.feedback": (
        "log_feedback",
        "update_span",
    ),
    "api.function_stream": (
        "BraintrustConsoleChunk",
        "BraintrustErrorChunk",
        "BraintrustJsonChunk",
        "BraintrustProgressChunk",
        "BraintrustStream",
        "BraintrustTextChunk",
        "parse_stream",
    ),
    "api.functions": (
        "init_function",
        "invoke",
        "invoke_async",
    ),
    "api.interface": (
        "Span",
        "SpanTypeAttribute",
    ),
    "api.link": ("permalink",),
    "api.log_handler": ("BraintrustLogHandler",),
    "api.logger": (
        "Logger",
        "current_logger",
        "init_logger",
    ),
    "api.login": (
        "login",
        "login_to_state",
        "org_id",
        "set_http_adapter",
    ),
    "api.masking": ("set_masking_function",),
    "api.noop": ("NOOP_SPAN",),
    "api.prompts": ("Prompt", "load_prompt", "load_prompt_async"),
    "api.readonly_experiment": ("ReadonlyExperiment",),
    "api.summary": (
        "DatasetSummary",
        "DataSummary",
        "ExperimentSummary",
        "MetricSummary",
        "ScoreSummary",
        "SummarySkipped",
        "SummarySuccess",
    ),
    "api.threads": (
        "TracedThreadPoolExecutor",
        "setup_threads",
    ),
    "api.traced": ("traced",),
    "api.tracing": (
        "current_span",
        "extract_trace_context",
        "inject_trace_context",
        "parent_context",
        "start_span",
    ),
    "auto.instrument": (
        "auto_instrument",
        "uninstrument",
    ),
    "auto.wrapping": (
        "wrap_anthropic",
        "wrap_instructor",
        "wrap_litellm",
        "wrap_openai",
        "wrap_openrouter",
    ),
    "configure": (
        "flush",
        "tracer_provider",
    ),
    "contract.slug": ("SpanComponents",),
    "control.repo": (
        "GitMetadataSettings",
        "RepoInfo",
    ),
    "errors": (
        "BraintrustInvokeError",
        "BridgeError",
        "FlushError",
    ),
    "processor.bridge": ("BridgeSpanProcessor",),
    "processor.exporter": (
        "BridgeLogExporter",
        "BridgeSpanExporter",
    ),
    "processor.log_records": ("BridgeLogRecordProcessor",),
    "processor.stats": (
        "Stats",
        "stats",
    ),
}
"""The module of each public name, below this package."""

_HOMES: _Final = {name: home for home, names in _NAMES.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll] - type checkers read the stub


def __getattr__(name: str) -> object:
    """Import a public name; it stands in the module from then on, so that a second look costs nothing more."""
    if name == "errors":  # the classes that are raised stand there
        return _import_module(f"{__name__}.errors")
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(_import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
