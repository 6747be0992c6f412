"""`set_span_customizers`: hooks that change a row before it is sent. `processor.customizing` runs them.

Source: `braintrust` 0.47.0 SDK, `span_customizer.py` (spec/app-api.md section 1).
"""

import inspect
from collections.abc import Sequence
from typing import Any, cast

from otel_bridge.state import process


class SpanCustomizer:
    """Change what leaves of each span of ours; a class of the app's inherits from it or has the same method."""

    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the row to send, `data` or another one; it has been merged, and will be masked after this.

        `id`, `span_id`, `root_span_id`, `span_parents`, the times and the project stay as they are. What it raises
        takes the content out of the row: the type and the times stay, and `context` is `{"customizer_error": True}`.
        """
        return data


def set_span_customizers(customizers: Sequence[SpanCustomizer] | None) -> None:
    """Let each row of our own spans pass these hooks, in their order, when it is sent; None switches them off.

    Raises:
        TypeError: one of them is a class, has no `on_span_export`, or that is a coroutine function.
    """
    given = tuple(customizers or ())
    for customizer in given:
        _check(customizer)
    process.customizers = given


def _check(customizer: object) -> None:
    hook = cast("object", getattr(customizer, "on_span_export", None))
    if isinstance(customizer, type) or not callable(hook):
        raise TypeError("a span customizer is an object with a method on_span_export, not a class")
    if inspect.iscoroutinefunction(hook):
        raise TypeError("on_span_export of a span customizer must not be a coroutine function")
