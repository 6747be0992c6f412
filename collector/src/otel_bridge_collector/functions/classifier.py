"""Scorers that are prompts: the model has to choose, and its choice is worth a score. Pure.

Source: Braintrust's generated types, `PromptParser` (`llm_classifier`); the tool by which the model chooses is that of `autoevals`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from otel_bridge.contract.choice import TOOL
from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.answer import Answer
from otel_bridge_collector.functions.definition import Definition, object_in
from otel_bridge_collector.functions.piece import FunctionError

NO_MATCH: Final = "No match"
SKIP: Final = "Skip"

_REASONS: Final[Mapping[str, Json]] = {
    "type": "string",
    "description": "Your reasoning, step by step, before you choose.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How a choice is asked for and read.

    Attributes:
        choices: what the model may choose.
        scores: of choices; empty where they have none.
        reasons: whether the model has to give its reasons first.
    """

    choices: Sequence[str]
    scores: Mapping[str, float]
    reasons: bool


def parser_of(definition: Definition) -> Parser | None:
    """Return how the answer of a prompt is read; None for a prompt that is no classifier.

    Raises:
        FunctionError: it is one that gives no choice.
    """
    said = object_in(definition.prompt_data, "parser")
    if said.get("type") != "llm_classifier":
        return None
    scores = {
        name: float(score)
        for name, score in object_in(said, "choice_scores").items()
        if isinstance(score, int | float)
    }
    listed = said.get("choice")
    named = [str(each) for each in listed] if isinstance(listed, list) else []
    more = [
        choice
        for choice, name in ((NO_MATCH, "allow_no_match"), (SKIP, "allow_skip"))
        if said.get(name) is True
    ]
    choices = [*dict.fromkeys([*scores, *named]), *more]
    if not choices:
        raise FunctionError(
            f"{definition.label} is a classifier without choices: its parser has neither choice_scores nor choice",
            is_refused=True,
        )
    return Parser(choices=choices, scores=scores, reasons=said.get("use_cot") is True)


def classifying(request: Mapping[str, Json], parser: Parser) -> dict[str, Json]:
    """Return a request whose answer has to be a choice."""
    choice: Json = {"type": "string", "enum": list(parser.choices), "description": "The choice."}
    properties: dict[str, Json] = (
        {"reasons": _REASONS, "choice": choice} if parser.reasons else {"choice": choice}
    )
    parameters: Json = {"type": "object", "properties": properties, "required": list(properties)}
    tool: Json = {
        "type": "function",
        "function": {
            "name": TOOL,
            "description": "Call this function to select a choice.",
            "parameters": parameters,
        },
    }
    return {**request, "tools": [tool], "tool_choice": {"type": "function", "function": {"name": TOOL}}}


def verdict_of(answer: Answer, parser: Parser, definition: Definition) -> dict[str, Json]:
    """Return what a choice comes to: `{"name", "score", "metadata": {"choice", "rationale"}}`; without scores, `{"name", "id", "label"}`.

    Raises:
        FunctionError: the model chose nothing, or what there is not.
    """
    said = _said(answer, definition)
    choice = str(said.get("choice", "")).strip()
    if choice not in parser.choices:
        chose = f"chose {choice!r}" if choice else "did not choose"
        raise FunctionError(
            f"the model {chose} for {definition.label}, expected one of {', '.join(parser.choices)}"
        )
    metadata: dict[str, Json] = {"choice": choice}
    if "reasons" in said:
        metadata["rationale"] = said["reasons"]
    if not parser.scores:
        return {"name": definition.name, "id": choice, "label": choice, "metadata": metadata}
    return {"name": definition.name, "score": parser.scores.get(choice), "metadata": metadata}


def _said(answer: Answer, definition: Definition) -> Mapping[str, Json]:
    """The arguments of the tool; a model that may write a text only is taken at its word."""
    if not answer.arguments:
        return {"choice": answer.text}
    try:
        said: object = json.loads(answer.arguments[0])
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise FunctionError(f"the model gave {definition.label} a choice that is no JSON object")
    return cast("Mapping[str, Json]", said)
