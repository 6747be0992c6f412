"""What a model answers, whole or in chunks, and what a function returns of it. Pure.

Source: OpenAI API reference, chat completions; modes as spec/evaluate.md section 5.1 has them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.definition import Mode
from otel_bridge_collector.functions.piece import FunctionError, JsonText, Piece, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first choice of a completion.

    Attributes:
        text: what it says.
        tool_calls: as the API has them.
        finish_reason: why it ends; None where that was not said.
        usage: token counts as the API has them.
        model: that answered; empty where it was not said.
    """

    text: str = ""
    tool_calls: Sequence[Mapping[str, Json]] = ()
    finish_reason: str | None = None
    usage: Mapping[str, Json] = field(default_factory=dict[str, Json])
    model: str = ""

    @property
    def arguments(self) -> Sequence[str]:
        """The arguments of each tool call, as JSON texts."""
        functions = [cast("Mapping[str, Json]", call.get("function") or {}) for call in self.tool_calls]
        return [str(function.get("arguments") or "{}") for function in functions]

    @property
    def choices(self) -> Json:
        """The choices as a span shows them."""
        message: dict[str, Json] = {"role": "assistant", "content": self.text or None}
        if self.tool_calls:
            message["tool_calls"] = [dict(call) for call in self.tool_calls]
        return [{"index": 0, "message": message, "finish_reason": self.finish_reason}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a prompt returns.

    Attributes:
        mode: of the call.
        is_json: the model has to answer with a JSON text.
    """

    mode: Mode
    is_json: bool


def shape_of(request: Mapping[str, Json], mode: Mode) -> Shape:
    """Return what the answer to a request comes to in a mode."""
    wanted = request.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    return Shape(
        mode=mode, is_json=mode == "json" or (mode == "auto" and kind in {"json_object", "json_schema"})
    )


def answer_of(completion: Mapping[str, Json]) -> Answer:
    """Read a whole completion.

    Raises:
        FunctionError: it has no choice.
    """
    choice = _first_choice(completion)
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise FunctionError("the model gave no choice")
    said = cast("Mapping[str, Any]", message)
    return Answer(
        text=str(said.get("content") or ""),
        tool_calls=tuple(said.get("tool_calls") or ()),
        finish_reason=cast("str | None", choice.get("finish_reason")),
        usage=cast("Mapping[str, Json]", completion.get("usage") or {}),
        model=str(completion.get("model") or ""),
    )


class Assembly:
    """Puts the chunks of a completion together, and passes on what a function returns of each."""

    def __init__(self, shape: Shape | None) -> None:
        """Pass pieces on in a shape; None where nothing is returned before the end."""
        self._shape = shape
        self._texts: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._finish_reason: str | None = None
        self._usage: Mapping[str, Json] = {}
        self._model = ""

    @property
    def has_begun(self) -> bool:
        """Whether the model has said something."""
        return bool(self._texts or self._calls)

    def add(self, chunk: Mapping[str, Json]) -> Sequence[Piece]:
        """Take a chunk in."""
        self._model = str(chunk.get("model") or self._model)
        self._usage = cast("Mapping[str, Json]", chunk.get("usage") or self._usage)
        choice = _first_choice(chunk)
        self._finish_reason = cast("str | None", choice.get("finish_reason")) or self._finish_reason
        delta = cast("Mapping[str, Any]", choice.get("delta") or {})
        pieces: list[Piece] = []
        if text := delta.get("content"):
            self._texts.append(str(text))
            pieces += self._said(str(text), is_json=self._shape is not None and self._shape.is_json)
        for call in delta.get("tool_calls") or ():
            pieces += self._called(call)
        return pieces

    def answer(self) -> Answer:
        """Return the whole of it.

        Raises:
            FunctionError: nothing came.
        """
        if self._finish_reason is None and not self.has_begun:
            raise FunctionError("the model gave no choice")
        return Answer(
            text="".join(self._texts),
            tool_calls=[self._calls[index] for index in sorted(self._calls)],
            finish_reason=self._finish_reason,
            usage=self._usage,
            model=self._model,
        )

    def _called(self, delta: Mapping[str, Any]) -> Sequence[Piece]:
        index = int(delta.get("index") or 0)
        function = cast("Mapping[str, Any]", delta.get("function") or {})
        call = self._calls.setdefault(index, {"type": "function", "function": {"name": "", "arguments": ""}})
        if delta.get("id"):
            call["id"] = delta["id"]
        call["function"]["name"] += function.get("name") or ""
        text = str(function.get("arguments") or "")
        call["function"]["arguments"] += text
        return (
            self._said(text, is_json=self._shape is None or self._shape.mode != "text") if index == 0 else ()
        )

    def _said(self, text: str, *, is_json: bool) -> Sequence[Piece]:
        if self._shape is None or self._shape.mode == "parallel" or not text:
            return ()
        return (JsonText(text) if is_json else Text(text),)


def value_of(answer: Answer, shape: Shape) -> Json:
    """Return what a function returns of an answer.

    Raises:
        FunctionError: the model wrote JSON that is none.
    """
    if shape.mode == "parallel":
        return [_parsed(text) for text in answer.arguments]
    if shape.mode == "text":
        return answer.arguments[0] if answer.arguments and not answer.text else answer.text
    if answer.arguments:
        return _parsed(answer.arguments[0])
    return _parsed(answer.text) if shape.is_json else answer.text


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except ValueError as error:
        raise FunctionError(f"the model answered what is no JSON: {error}") from error
    return value


def _first_choice(completion: Mapping[str, Json]) -> Mapping[str, Json]:
    choices = completion.get("choices")
    listed = cast("Sequence[Mapping[str, Json]]", choices) if isinstance(choices, list) else ()
    nothing: Mapping[str, Json] = {}
    return next((each for each in listed if not each.get("index")), nothing)
