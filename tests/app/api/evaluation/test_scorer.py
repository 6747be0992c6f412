"""What is called, and by which name."""

from typing import Any

import pytest

from otel_bridge.api.evaluation.scorer import scorers_of


def plain(output: Any) -> Any:
    return output


class WithName:
    def _name(self) -> str:
        return "told"

    def __call__(self, output: Any) -> Any:
        return output


class WithEvalAsync:
    async def eval_async(self, output: Any, **_: Any) -> Any:
        return output

    def __call__(self) -> Any:
        raise AssertionError("not this one")


def test_names_are_those_of_braintrust() -> None:
    found = scorers_of([plain, lambda: 1, WithName, WithName(), WithEvalAsync])

    assert [each.name for each in found[:4]] == ["plain", "scorer_1", "told", "told"]
    assert found[4].name == "WithEvalAsync"
    assert scorers_of([lambda: 1], "classifier")[0].name == "classifier_0"


def test_a_class_is_made_and_its_coroutine_preferred() -> None:
    (with_call, with_async) = scorers_of([WithName, WithEvalAsync])

    assert with_call.function(output=3) == 3
    assert with_async.function.__name__ == "eval_async"


def test_several_of_one_name_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    scorers_of([plain, plain])

    assert "several scorers have one name, the last one's score counts: plain" in caplog.text
