"""`set_masking_function`: what every value passes before it leaves. `processor.masking` applies it."""

from otel_bridge.state import MaskingFunction, process


def set_masking_function(masking_function: MaskingFunction | None) -> None:
    """Let every field and value pass `masking_function` before it is sent; None switches masking off.

    The function gets one decoded value (a whole field such as `input`, or the value of an attribute) and
    returns what is sent instead, which must be JSON. It also sees what was logged before it was set and has
    not been sent, and the spans of others. Where it raises, the value does not leave.

    It does not see, so do not put a secret there (docs/masking.md):

    * the names of spans and events, the keys of attributes, `span_attributes`, the class names of errors,
      the names of tools
    * tags
    * ids (of spans, rows and facts, `origin`), times, kinds, status codes, trace state
    * routing: `braintrust.parent`, `braintrust.org`, `braintrust.app_url`, `x-bt-parent` and other headers
    * the source of feedback
    * the resource and the instrumentation scope
    * what leaves by other ways than our processor: slugs of `export()`, trace headers and baggage of
      `inject_trace_context()`, the exporters of others on the same provider
    """
    process.masking_function = masking_function
