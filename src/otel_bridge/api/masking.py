"""`set_masking_function`: what every value passes before it leaves. `processor.masking` applies it."""

from dataclasses import replace

from otel_bridge.masking.rules import MaskingFunction, rules_of
from otel_bridge.processor.both_masks import mask_by_code
from otel_bridge.processor.neighbours import check_that_all_can_be_masked


def set_masking_function(
    masking_function: MaskingFunction | None,
    *,
    mask_span_names: bool = False,
    mask_resource: bool = False,
    mask_all_processors: bool = False,
) -> None:
    """Let every field and value pass `masking_function` before it is sent; None takes the one before away.

    What `OTEL_BRIDGE_MASK` names holds beside it, after it, and also with None.

    The function gets one decoded value (a whole field such as `input`, or the value of an attribute) and
    returns what is sent instead, which must be JSON. A function with a parameter `path` or `span` also gets
    where the value stands, and the span or log record that it belongs to. It also sees what was logged before
    it was set and has not been sent, and the spans of others. Where it raises, the value does not leave.

    Args:
        masking_function: for example `otel_bridge.masking.secrets()`.
        mask_span_names: whether it also gets the names of spans, events and tools.
        mask_resource: whether it also gets the attributes of the resource and of the instrumentation scope.
        mask_all_processors: whether the processors of others on the same tracer provider get masked spans too;
            the function then runs where the span ends, in the thread of the app. It needs a processor of ours
            on that provider, and reaches no copy that a processor took while the span was open.

    It does not see, so do not put a secret there (docs/masking.md):

    * the keys of attributes, `span_attributes`, the class names of errors; names unless asked
    * tags
    * ids (of spans, rows and facts, `origin`), times, kinds, status codes, trace state
    * routing: `braintrust.parent`, `braintrust.org`, `braintrust.app_url`, `x-bt-parent` and other headers
    * the source of feedback
    * the resource and the instrumentation scope, unless asked
    * what leaves by other ways than our processor: slugs of `export()`, trace headers and baggage of
      `inject_trace_context()`, the exporters of others on the same provider unless asked

    Raises:
        MaskingError: `mask_all_processors` cannot be kept with the installed OpenTelemetry SDK.
    """
    if masking_function is None:
        mask_by_code(None)
        return
    # First without the others: whatever the check finds, what leaves through us is masked from now on.
    rules = rules_of(masking_function, span_names=mask_span_names, resource=mask_resource)
    mask_by_code(rules)
    if mask_all_processors:
        check_that_all_can_be_masked()
        mask_by_code(replace(rules, all_processors=True))
