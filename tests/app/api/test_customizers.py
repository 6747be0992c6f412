"""Setting hooks for rows."""

from typing import Any

import pytest

from otel_bridge import SpanCustomizer, set_span_customizers
from otel_bridge.state import process


class Later(SpanCustomizer):
    async def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # the mistake
        return data


@pytest.mark.parametrize(
    "given", [SpanCustomizer, object(), Later()], ids=["class", "no method", "coroutine"]
)
def test_what_is_no_hook_raises(given: Any) -> None:
    with pytest.raises(TypeError, match="span customizer"):
        set_span_customizers([given])

    assert process.customizers == ()


def test_the_list_is_copied() -> None:
    given = [SpanCustomizer()]
    set_span_customizers(given)
    given.clear()

    assert len(process.customizers) == 1
    assert process.customizers[0].on_span_export({"a": 1}) == {"a": 1}
