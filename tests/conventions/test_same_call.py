"""One conversation, recorded through ten instrumentations, gives the same rows as far as each of them tells it.

A question about the weather in two cities: the model calls a tool twice, then answers. What may differ is what an
instrumentation leaves out (finish reasons, counts of cached tokens), and the ids that the fake provider made up anew.
"""

import re
from typing import Any, Final

import pytest

from tests.support.conventions import Case, cases
from tests.support.conversation import TOKENS, calls, told

RECORDINGS: Final = [case for case in cases() if case.convention == "same_call"]


def answered(messages: list[dict[str, Any]]) -> list[str]:
    """The ids of the calls that messages are the results of, without what the provider made up."""
    return [re.sub(r"^call_\d+?(?=\d\dabc)", "", message.get("tool_call_id", "")) for message in messages]


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    return calls(next(case for case in RECORDINGS if case.name == "genai-openai"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in RECORDINGS])
def test_the_conversation_reads_the_same_through_every_instrumentation(
    case: Case, expected: list[dict[str, Any]]
) -> None:
    rows = calls(case)

    assert [told(row["input"]) for row in rows] == [told(row["input"]) for row in expected]
    assert [answered(row["input"]) for row in rows] == [answered(row["input"]) for row in expected]
    assert [told(row["output"]) for row in rows] == [told(row["output"]) for row in expected]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in RECORDINGS])
def test_model_and_tokens_are_the_same_through_every_instrumentation(
    case: Case, expected: list[dict[str, Any]]
) -> None:
    rows = calls(case)

    assert [row["metadata"]["model"] for row in rows] == [row["metadata"]["model"] for row in expected]
    assert [{name: row["metrics"][name] for name in TOKENS} for row in rows] == [
        {name: row["metrics"][name] for name in TOKENS} for row in expected
    ]


def test_there_are_at_least_eight_instrumentations() -> None:
    assert len(RECORDINGS) >= 8
