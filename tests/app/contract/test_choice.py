"""What is said of a judge whose model did not choose, by judges of `autoevals` that read such an answer."""

import importlib
from typing import Any

import pytest

from otel_bridge.contract.choice import choice_fault

autoevals: Any = importlib.import_module("autoevals")  # exports nothing to type checkers

JUDGE: Any = autoevals.LLMClassifier("polite", "Is it?", {"yes": 1, "no": 0})
EXPECTED = "expected a call of select_choice with one of yes, no"


def fault(message: dict[str, Any]) -> str | None:
    try:
        JUDGE._process_response(message)
    except (LookupError, TypeError, ValueError) as error:
        return choice_fault(JUDGE, error)
    raise AssertionError("it could be read")


def call(arguments: str, name: str = "select_choice") -> dict[str, Any]:
    return {"tool_calls": [{"function": {"name": name, "arguments": arguments}}]}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"content": "yes"}, id="no calls"),
        pytest.param({"content": "yes", "tool_calls": None}, id="calls are null"),
        pytest.param({"content": "yes", "tool_calls": []}, id="calls are empty"),
        pytest.param(call("{}", "other"), id="another tool"),
        pytest.param(call("{}"), id="no choice"),
        pytest.param(call("nonsense"), id="no JSON"),
    ],
)
def test_a_model_that_did_not_choose_is_told_with_what_was_expected(message: dict[str, Any]) -> None:
    assert fault(message) == f"the model of the judge polite did not choose: {EXPECTED}"


def test_a_choice_that_there_is_not_is_named() -> None:
    assert fault(call('{"choice": "maybe"}')) == f"the model of the judge polite chose 'maybe': {EXPECTED}"


def test_an_asynchronous_client_that_is_not_told_apart_is_named() -> None:
    with pytest.raises(KeyError) as raised:
        JUDGE._postprocess_response({"output": []})

    assert "is_async=True" in (choice_fault(JUDGE, raised.value) or "")


def test_what_else_fails_is_no_fault_of_the_choice() -> None:
    def broken() -> None:
        raise IndexError

    with pytest.raises(IndexError) as raised:
        broken()

    assert choice_fault(JUDGE, raised.value) is None
    assert choice_fault(broken, raised.value) is None
