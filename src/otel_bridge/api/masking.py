"""`set_masking_function`: what every value passes before it leaves. `processor.masking` applies it."""

from otel_bridge.state import MaskingFunction, process


def set_masking_function(masking_function: MaskingFunction | None) -> None:
    """Let every field and value pass `masking_function` before it is sent; None switches masking off.

    The function gets one decoded value (a whole field such as `input`, or the value of an attribute) and
    returns what is sent instead, which must be JSON. It also sees what was logged before it was set and has
    not been sent, and the spans of others. Where it raises, the value does not leave.
    """
    process.masking_function = masking_function
