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


def test_a_parameter_of_another_name_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    def exact(output: Any, answer: Any) -> Any:
        return output == answer

    scorers_of([exact])
    scorers_of([exact, plain])

    assert caplog.text.count("exact takes what is none of input, expected,") == 1
    assert caplog.text.count("'answer' gets input") == 1


def test_several_of_one_name_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    scorers_of([plain, plain])

    assert "several scorers have one name, the last one's score counts: plain" in caplog.text


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param("scorer", r"scores\[1\] is None, which cannot be called: it is a function", id="scorer"),
        pytest.param("classifier", r"classifiers\[1\] is None, which cannot be called", id="classifier"),
    ],
)
def test_what_cannot_be_called_says_so_when_it_is(kind: str, message: str) -> None:
    wrong = scorers_of([plain, None], kind)[1]

    with pytest.raises(TypeError, match=message):
        wrong.function(input=1, output=2)
