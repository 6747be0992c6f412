"""Our signatures beside those of the installed `braintrust` package: names, kinds, order and defaults of arguments."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import braintrust
import braintrust.otel
import pytest
from braintrust.span_types import SpanTypeAttribute

import otel_bridge
from otel_bridge import otel
from tests.support.app_docs import OTEL_NAMES

INTENDED: Final[Mapping[str, str]] = {
    "init_logger(tracer_provider)": "an app may have several tracer providers; Braintrust's has none",
    "init_logger(_create_in_project_group)": "private at Braintrust",
    "auto_instrument(span_customizers)": "they hold for all spans of ours; see set_span_customizers",
    "set_masking_function(mask_span_names)": "an option of ours, off by default",
    "set_masking_function(mask_resource)": "an option of ours, off by default",
    "set_masking_function(mask_all_processors)": "an option of ours, off by default",
    "Span.start_span(propagated_event)": "Braintrust's abstract class leaves it out, its only implementation has it",
    "traced(notrace_io)": "Braintrust's takes it out of its **span_kwargs",
    "TracedThreadPoolExecutor.submit(self)": "positional only, as in Python's own executor",
    "TracedThreadPoolExecutor.submit(fn)": "positional only, as in Python's own executor",
    "otel.OtelExporter(kwargs)": "what Braintrust passes on to OpenTelemetry's exporter is set by OTEL_EXPORTER_OTLP_*",
}
"""Arguments that differ, and why."""

MISSING: Final[Mapping[str, str]] = {
    "otel.BraintrustSpanProcessor.exporter": "the exporter stands behind masking, which must not be passed by",
    "otel.OtelExporter.initialize": "nothing is looked up later",
    **{
        f"{name}.{member}": "Braintrust's own processes hand such objects on; nobody has to read them here"
        for name in (
            "Classification",
            "DataSummary",
            "DatasetSummary",
            "EvalCase",
            "ExperimentSummary",
            "GitMetadataSettings",
            "MetricSummary",
            "RepoInfo",
            "Score",
            "ScoreSummary",
            "SummarySkipped",
            "SummarySuccess",
        )
        for member in ("from_dict", "from_dict_deep")
    },
    **{
        f"{name}.{member}": "it is what an app gives, and knows"
        for name in ("EvalCase", "GitMetadataSettings", "RepoInfo")
        for member in ("as_dict", "as_json")
        if f"{name}.{member}" != "RepoInfo.as_dict"
    },
}
"""Public members of shared classes that we do not have, and why."""

WITHOUT_ARGUMENTS: Final = (
    "Span", "Logger", "BaseAttachment", "SpanTypeAttribute", "Experiment", "ReadonlyExperiment", "Dataset", "DatasetRef",
    "EvalHooks", "Prompt", "BraintrustInvokeError",
)  # fmt: skip
"""Classes that no app makes."""


def shared() -> Iterator[tuple[str, Any, Any]]:
    """Name, ours and theirs of every symbol that both have."""
    for name in otel_bridge.__all__:
        if name == "init_experiment":  # takes anything there, and hands it on to `init`
            yield name, otel_bridge.init_experiment, braintrust.init
        elif hasattr(braintrust, name):
            yield name, getattr(otel_bridge, name), getattr(braintrust, name)
    for name in OTEL_NAMES:
        yield f"otel.{name}", getattr(otel, name), getattr(braintrust.otel, name)


def shared_callables() -> Iterator[tuple[str, Callable[..., Any], Callable[..., Any]]]:
    """The same for all that can be called: functions, classes and methods."""
    for name, ours, theirs in shared():
        if inspect.isclass(ours):
            if name not in WITHOUT_ARGUMENTS:
                yield name, ours, theirs
            for member, value in vars(theirs).items():
                if not member.startswith("_") and callable(value) and hasattr(ours, member):
                    yield f"{name}.{member}", getattr(ours, member), value
        elif callable(ours):
            yield name, ours, theirs


def differences() -> set[str]:
    """Arguments of one side only, or of another kind, default or place."""
    found: set[str] = set()
    for name, ours, theirs in shared_callables():
        left, right = (inspect.signature(one).parameters for one in (ours, theirs))
        found |= {
            f"{name}({argument})"
            for argument in {*left, *right}
            if _told(left.get(argument)) != _told(right.get(argument))
        }
        both = [argument for argument in left if argument in right]
        assert both == [argument for argument in right if argument in left], name
    return found


def _told(parameter: inspect.Parameter | None) -> object:
    return parameter and (parameter.kind, parameter.default)


def test_arguments_are_those_of_braintrust_but_for_those_listed() -> None:
    assert differences() == set(INTENDED)


def test_members_are_those_of_braintrust_but_for_those_listed() -> None:
    missing = {
        f"{name}.{member}"
        for name, ours, theirs in shared()
        if inspect.isclass(ours)
        for member in dir(theirs)
        if not member.startswith("_") and not hasattr(ours, member)
    }

    assert missing - {"otel.BraintrustSpanProcessor.processor"} == set(MISSING)


def test_the_types_of_spans_are_those_of_braintrust() -> None:
    assert {each.name: each.value for each in otel_bridge.SpanTypeAttribute} == {
        each.name: each.value for each in SpanTypeAttribute
    }


@pytest.mark.parametrize(
    "name",
    [
        "init_logger",
        "traced",
        "start_span",
        "current_span",
        "login",
        "permalink",
        "Attachment",
        "flush",
        "wrap_openai",
    ],
)
def test_the_names_of_a_tracing_program_are_there(name: str) -> None:
    assert name in otel_bridge.__all__


def test_a_name_that_is_not_offered_raises_as_any_other() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'load_parameters'"):
        _ = otel_bridge.load_parameters  # type: ignore[attr-defined]  # the mistake is the point
