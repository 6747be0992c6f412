"""The second argument of a task."""

import threading
from typing import Any

import pytest

from otel_bridge.api.evaluation.hooks import DictEvalHooks
from otel_bridge.api.noop import NOOP_SPAN


def hooks(**more: Any) -> DictEvalHooks[Any]:
    given: dict[str, Any] = {
        "trial_index": 0, "tags": None, "report": lambda _: None, "parameters": None, "cancel_event": threading.Event(),
    }  # fmt: skip
    return DictEvalHooks({"m": 1}, more.pop("expected", None), **{**given, **more})


def test_it_is_a_dictionary_too() -> None:
    made = hooks(expected=2, tags=("a",), trial_index=3)

    assert dict(made) == {"metadata": {"m": 1}, "expected": 2, "trial_index": 3, "tags": ["a"]}
    assert (made.expected, made.trial_index, made.tags) == (2, 3, ["a"])
    assert "expected" not in hooks()
    assert hooks().expected is None


def test_tags_are_a_list_of_its_own() -> None:
    given = ["a"]
    made = hooks(tags=given)
    made.tags.append("b")
    assert given == ["a"]

    made.tags = None
    assert made.tags == []


def test_the_span_is_there_when_the_task_runs() -> None:
    made = hooks()
    with pytest.raises(RuntimeError):
        _ = made.span

    made.set_span(NOOP_SPAN)
    assert made.span is NOOP_SPAN


def test_the_old_way_to_say_metadata_warns() -> None:
    made = hooks()
    with pytest.warns(DeprecationWarning, match="change hooks.metadata"):
        made.meta(k=2)

    assert made.metadata == {"m": 1, "k": 2}
    assert not made.cancel_event.is_set()
    assert made.parameters is None
