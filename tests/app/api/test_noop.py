"""The span of an app that logs nowhere, beside that of the real SDK."""

import time
from typing import Any

import braintrust
import pytest

from otel_bridge import NOOP_SPAN


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "theirs"])
def test_every_call_works_and_does_nothing(*, ours: bool) -> None:
    span: Any = NOOP_SPAN if ours else braintrust.NOOP_SPAN
    carrier = {"a": "b"}

    with span as entered:
        entered.log(scores={1: "wrong"})
        entered.log_feedback(comment="c")
        entered.set_attributes(name="n")
        entered.set_current()
        entered.unset_current()
        entered.flush()

    assert (span.id, span.name, span.export()) == ("", "", "")
    assert span.end(5) == span.close(5) == 5
    assert span.end() == pytest.approx(time.time(), abs=60)
    assert span.inject(carrier) is carrier
    assert span.inject() == {}
    assert span.start_span("child", input=1) is span


def test_it_does_not_swallow_what_is_raised_inside() -> None:
    with pytest.raises(KeyError), NOOP_SPAN:
        raise KeyError("x")


def test_its_ids_are_empty() -> None:
    assert (NOOP_SPAN.span_id, NOOP_SPAN.root_span_id, NOOP_SPAN.span_parents) == ("", "", None)
