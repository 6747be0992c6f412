"""Scorers that let a model choose."""

from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.answer import Answer
from otel_bridge_collector.functions.classifier import Parser, classifying, parser_of, verdict_of
from otel_bridge_collector.functions.definition import Definition
from otel_bridge_collector.functions.piece import FunctionError


def scorer(**parser: Any) -> Definition:
    return Definition(
        name="Polite", slug="polite", prompt_data={"parser": {"type": "llm_classifier", **parser}}
    )


SCORES = {"yes": 1, "no": 0.25}
PARSER = Parser(choices=["yes", "no"], scores={"yes": 1.0, "no": 0.25}, reasons=True)


@pytest.mark.parametrize(
    ("definition", "parser"),
    [
        pytest.param(Definition(name="p"), None, id="no parser"),
        pytest.param(scorer(use_cot=True, choice_scores=SCORES), PARSER, id="scores"),
        pytest.param(
            scorer(use_cot=False, choice=["a"], allow_no_match=True, allow_skip=True),
            Parser(choices=["a", "No match", "Skip"], scores={}, reasons=False),
            id="labels",
        ),
    ],
)
def test_how_a_choice_is_read(definition: Definition, parser: Parser | None) -> None:
    assert parser_of(definition) == parser


def test_a_classifier_without_choices_is_refused() -> None:
    with pytest.raises(FunctionError, match=r"polite.*without choices"):
        parser_of(scorer(use_cot=True))


def test_the_model_has_to_choose() -> None:
    request: Any = classifying({"model": "m", "messages": [], "tools": ["others"]}, PARSER)

    (tool,) = request["tools"]
    parameters = tool["function"]["parameters"]
    assert list(parameters["properties"]) == parameters["required"] == ["reasons", "choice"]
    assert parameters["properties"]["choice"]["enum"] == ["yes", "no"]
    assert request["tool_choice"] == {"type": "function", "function": {"name": "select_choice"}}


def chose(arguments: str) -> Answer:
    return Answer(tool_calls=[{"function": {"name": "select_choice", "arguments": arguments}}])


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(
            chose('{"reasons":"r","choice":"no"}'),
            {"name": "Polite", "score": 0.25, "metadata": {"choice": "no", "rationale": "r"}},
            id="with reasons",
        ),
        pytest.param(
            Answer(text=" yes\n"), {"name": "Polite", "score": 1, "metadata": {"choice": "yes"}}, id="a text"
        ),
    ],
)
def test_a_choice_is_worth_its_score(answer: Answer, verdict: Json) -> None:
    assert verdict_of(answer, PARSER, scorer()) == verdict


def test_skipping_is_no_score() -> None:
    parser = parser_of(scorer(choice_scores=SCORES, allow_skip=True))
    assert parser

    assert verdict_of(chose('{"choice":"Skip"}'), parser, scorer())["score"] is None


def test_without_scores_it_is_a_label() -> None:
    parser = parser_of(scorer(choice=["a", "b"]))
    assert parser

    assert verdict_of(chose('{"choice":"b"}'), parser, scorer()) == {
        "name": "Polite", "id": "b", "label": "b", "metadata": {"choice": "b"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(
            chose('{"choice":"maybe"}'), "chose 'maybe' .*polite.*, expected one of yes, no", id="another"
        ),
        pytest.param(chose("{"), "no JSON object", id="broken"),
        pytest.param(Answer(), "did not choose for .*polite.*, expected one of yes, no", id="nothing"),
        pytest.param(Answer(text="well"), "chose 'well'", id="a text that is no choice"),
    ],
)
def test_no_choice_is_an_error(answer: Answer, error: str) -> None:
    with pytest.raises(FunctionError, match=error):
        verdict_of(answer, PARSER, scorer())
