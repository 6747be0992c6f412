"""What a provider answered, as a row shows it: out of a whole answer, or put together from the events of a stream. Pure.

Source: OpenAI API reference, chat completions, completions, responses, embeddings and moderations, whole and streamed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from otel_bridge.contract.row import Json

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""Types of the events that hold a whole response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What was said.

    Attributes:
        value: the choices, or what stands for them; None for nothing.
        usage: token counts as the API has them.
        model: that answered; empty where it was not said.
    """

    value: Json = None
    usage: Mapping[str, Json] = field(default_factory=dict[str, Json])
    model: str = ""


def output_of(answer: Mapping[str, Json]) -> Output:
    """Read a whole answer, of whichever operation."""
    return Output(
        value=_value(answer), usage=_object(answer.get("usage")), model=str(answer.get("model") or "")
    )


class Assembly:
    """Puts a stream together."""

    def __init__(self) -> None:
        self._choices: dict[int, dict[str, Json]] = {}
        self._response: Mapping[str, Json] = {}
        self._usage: Mapping[str, Json] = {}
        self._model = ""
        self.error = ""

    def add(self, event: Mapping[str, Json]) -> None:
        """Take an event in."""
        if event.get("error"):
            self.error = str(_object(event["error"]).get("message") or event["error"])
        if event.get("type") in _ENDS:
            self._response = _object(event.get("response"))
            return
        self._model = str(event.get("model") or self._model)
        self._usage = _object(event.get("usage")) or self._usage
        for each in _list(event.get("choices")):
            choice = _object(each)
            index = choice.get("index")
            known = self._choices.setdefault(index if isinstance(index, int) else 0, {})
            for name, value in choice.items():
                known[name] = joined(known.get(name), value) if name in ("delta", "text") else value

    def output(self) -> Output:
        """Return what has come."""
        if self._response:
            return output_of(self._response)
        choices: list[Json] = [_choice(index, self._choices[index]) for index in sorted(self._choices)]
        return Output(value=choices or None, usage=self._usage, model=self._model)


def joined(before: Json, more: Json) -> Json:
    """Return a part of a message with what a chunk adds: texts follow each other, lists are joined by `index`, the rest is replaced."""
    if isinstance(before, str) and isinstance(more, str):
        return before + more
    if isinstance(before, Mapping) and isinstance(more, Mapping):
        kept = {name: value for name, value in more.items() if value is not None}
        return {**before, **{name: _member(name, before.get(name), value) for name, value in kept.items()}}
    if isinstance(more, list) and (before is None or isinstance(before, list)):
        return _joined_list(before or [], more)
    return more


def _member(name: str, before: Json, more: Json) -> Json:
    # What names something is said once, or again whole.
    return more if name in ("role", "id", "type", "index") else joined(before, more)


def _joined_list(before: Sequence[Json], more: Sequence[Json]) -> list[Json]:
    items = list(before)
    for each in more:
        index = _object(each).get("index")
        place = next((at for at, item in enumerate(items) if _object(item).get("index") == index), None)
        if index is None or place is None:
            items.append(each)
        else:
            items[place] = joined(items[place], each)
    return items


def _choice(index: int, streamed: Mapping[str, Json]) -> Json:
    rest = {name: value for name, value in streamed.items() if name not in ("delta", "index")}
    if "delta" not in streamed:
        return {"index": index, **rest}
    message = dict(_object(streamed["delta"]))
    message.setdefault("role", "assistant")
    calls = [
        {name: value for name, value in _object(call).items() if name != "index"}
        for call in _list(message.get("tool_calls"))
    ]
    if calls:
        message["tool_calls"] = cast("Json", calls)
    return {"index": index, "message": message, **rest}


def _value(answer: Mapping[str, Json]) -> Json:
    if isinstance(data := answer.get("data"), list) and data:
        vector = _object(data[0]).get("embedding")
        # Vectors are long and say nothing to a reader; base64 holds 4 bytes for each number.
        length = len(vector) if isinstance(vector, list) else len(str(vector or "")) * 3 // 16
        return {"embedding_length": length, "embeddings": len(data)}
    return next((answer[name] for name in ("choices", "output", "results") if name in answer), None)


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()
