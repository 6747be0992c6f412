"""A prompt as fields of a form: its messages, each with a role, its model, parameters and tools. Pure.

A message that is more than a role and a text, such as one with pictures or tool calls, stands in its field as JSON.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.json_field import FieldFault, json_in, json_text
from otel_bridge_collector.ui.template_faults import template_fault

WHOLE: Final = "json"
"""Role of a message that is written as JSON."""

TEXT: Final = "text"
"""Role of what is no message: the text of a prompt without any."""

ROLES: Final[Mapping[str, str]] = {
    "system": "system", "user": "user", "assistant": "assistant", "developer": "developer",
    WHOLE: "a whole message, as JSON", TEXT: "a text without messages",
}  # fmt: skip
"""Value -> label."""

NAMES: Final = ("role", "content", "model", "params", "tools")
"""The fields, the first two once for each message."""

_MIN_ROWS: Final = 3
_MAX_ROWS: Final = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A message as two fields.

    Attributes:
        role: of `ROLES`.
        text: what it says.
    """

    role: str
    text: str

    @property
    def rows(self) -> int:
        """How high its field is, in lines."""
        return min(_MAX_ROWS, max(_MIN_ROWS, self.text.count("\n") + 2))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFields:
    """What the fields of a prompt hold, as typed.

    Attributes:
        params: a JSON object, or nothing.
        tools: a JSON list, a template of one, or nothing.
    """

    lines: Sequence[Line] = (Line("system", ""), Line("user", ""))
    model: str = ""
    params: str = ""
    tools: str = ""

    def with_line(self) -> "PromptFields":
        """Return the same with one more message to fill in."""
        return replace(self, lines=[*self.lines, Line("user", "")])

    @property
    def has_tools(self) -> bool:
        """Tell whether there are any, so that they are shown."""
        return bool(self.tools.strip())


def fields_of(prompt_data: Mapping[str, Json]) -> PromptFields:
    """Return a saved prompt as its fields."""
    block, options = _object(prompt_data.get("prompt")), _object(prompt_data.get("options"))
    tools, params = block.get("tools"), options.get("params")
    return PromptFields(
        lines=tuple(_lines(block)) or PromptFields().lines,
        model=str(options.get("model") or ""),
        params=json_text(params) if params else "",
        tools=_tools_text(tools),
    )


def fields_in(form: Iterable[tuple[str, str]], prefix: str = "") -> PromptFields:
    """Return what a form says, its names with a prefix.

    Raises:
        RequestError: a message has no role, or a role no message.
    """
    named = [(name.removeprefix(prefix), text) for name, text in form if name.startswith(prefix)]
    roles = [text for name, text in named if name == "role"]
    texts = [_as_typed(text) for name, text in named if name == "content"]
    if len(roles) != len(texts):
        raise RequestError(
            f"the form has {len(texts)} messages and {len(roles)} roles",
            code="badForm",
            hint="load the page again",
        )
    given = dict(named)
    return PromptFields(
        lines=[Line(role, text) for role, text in zip(roles, texts, strict=True)],
        model=given.get("model", "").strip(),
        params=_as_typed(given.get("params", "")),
        tools=_as_typed(given.get("tools", "")),
    )


def prompt_data_in(
    fields: PromptFields, before: Mapping[str, Json] | None = None
) -> Mapping[str, Json] | FieldFault:
    """Return the prompt that fields mean, or the first fault.

    Args:
        fields: as typed.
        before: the prompt as it was: what no field has stays.
    """
    kept = before or {}
    block = _block(fields, _object(kept.get("prompt")))
    if isinstance(block, FieldFault):
        return block
    params = json_in("Parameters", fields.params, "object")
    if isinstance(params, FieldFault):
        return params
    options = {
        name: value for name, value in _object(kept.get("options")).items() if name not in ("model", "params")
    }
    options |= {"model": fields.model} if fields.model else {}
    options |= {"params": params} if params else {}
    return _fault_in(fields, kept, options) or {**kept, "prompt": block, "options": options}


def _fault_in(
    fields: PromptFields, kept: Mapping[str, Json], options: Mapping[str, Json]
) -> FieldFault | None:
    """Return the first template of the fields that is not well-formed."""
    said: list[tuple[str, str, Mapping[str, Json]]] = []
    for number, line in enumerate(fields.lines, 1):
        message: Json = (
            json.loads(line.text) if line.role == WHOLE and not line.is_empty else {"content": line.text}
        )
        said.append((f"Message {number}", line.text, {"prompt": {"type": "chat", "messages": [message]}}))
    said.append(("Parameters", fields.params, {"prompt": {"type": "chat"}, "options": options}))
    said.append(("Tools", fields.tools, {"prompt": {"type": "chat", "tools": fields.tools}}))
    form: Json = kept.get("template_format")
    found = (template_fault(field, text, {**data, "template_format": form}) for field, text, data in said)
    return next((fault for fault in found if fault), None)


def _block(fields: PromptFields, before: Mapping[str, Json]) -> Mapping[str, Json] | FieldFault:
    """Return what is said, without the model."""
    kept = {
        name: value for name, value in before.items() if name not in ("type", "messages", "content", "tools")
    }
    lines = [(number, line) for number, line in enumerate(fields.lines, 1) if not line.is_empty]
    if not lines:
        return FieldFault(field="Message 1", message="says nothing; a prompt needs a message")
    texts = [number for number, line in lines if line.role == TEXT]
    if texts and len(lines) > 1:
        return FieldFault(
            field=f"Message {texts[0]}", message="a text stands alone, or is a message of a role"
        )
    if texts:
        return {**kept, "type": "completion", "content": lines[0][1].text}
    messages: list[Json] = []
    for number, line in lines:
        message = _message(number, line)
        if isinstance(message, FieldFault):
            return message
        messages.append(message)
    if fault := _tools_fault(fields.tools):
        return fault
    tools: Mapping[str, Json] = {"tools": fields.tools} if fields.has_tools else {}
    return {**kept, "type": "chat", "messages": messages, **tools}


def _message(number: int, line: Line) -> "Json | FieldFault":
    label = f"Message {number}"
    if line.role not in ROLES:
        return FieldFault(field=label, message=f'has the role "{line.role}", expected {", ".join(ROLES)}')
    if line.role != WHOLE:
        return {"role": line.role, "content": line.text}
    value = json_in(label, line.text, "object")
    if isinstance(value, Mapping) and not isinstance(value.get("role"), str):
        return FieldFault(field=label, message='has no "role"')
    return value


def _tools_fault(text: str) -> FieldFault | None:
    if "{{" in text:  # it may be JSON only once the variables are in
        return None
    value = json_in("Tools", text, "objects")
    return value if isinstance(value, FieldFault) else None


def _lines(block: Mapping[str, Json]) -> Iterator[Line]:
    if block.get("type") == "completion":
        yield Line(TEXT, str(block.get("content") or ""))
    messages = block.get("messages")
    for each in messages if isinstance(messages, list) else ():
        message = _object(each)
        role, content = message.get("role"), message.get("content")
        is_plain = set(message) == {"role", "content"} and isinstance(content, str)
        if is_plain and isinstance(role, str) and role in ROLES and role not in (WHOLE, TEXT):
            yield Line(role, str(content))
        else:
            yield Line(WHOLE, json_text(each))


def _tools_text(tools: Json) -> str:
    if not isinstance(tools, str):
        return json_text(tools) if tools else ""
    try:
        return json_text(json.loads(tools)) if tools.strip() else ""
    except ValueError:
        return tools


def _as_typed(text: str) -> str:
    """Return a text without the line ends that browsers send."""
    return text.replace("\r\n", "\n")


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
